#include "tools/bench/machine.h"

#include <array>
#include <ctime>
#include <fstream>
#include <string>

#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "node/daemon/version.h"

namespace koinon {
namespace {

std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string time_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> out{};
  (void)std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return out.data();
}

std::string file_system(const std::filesystem::path& folder) {
  struct statfs about {};
  if (::statfs(folder.c_str(), &about) != 0) return "unknown";
  constexpr long kExt = 0xEF53;
  constexpr long kTmpfs = 0x01021994;
  constexpr long kXfs = 0x58465342;
  constexpr long kBtrfs = 0x9123683E;
  switch (about.f_type) {
    case kExt:
      return "ext4";
    case kTmpfs:
      return "tmpfs";
    case kXfs:
      return "xfs";
    case kBtrfs:
      return "btrfs";
    default:
      return std::to_string(about.f_type);
  }
}

}  // namespace

boost::json::object machine_facts(const std::filesystem::path& folder) {
  utsname system{};
  (void)::uname(&system);
  const auto pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES));
  return {{"processor", processor()},
          {"cores", static_cast<std::int64_t>(::sysconf(_SC_NPROCESSORS_ONLN))},
          {"memory_gb", pages * static_cast<double>(::sysconf(_SC_PAGE_SIZE)) / 1e9},
          {"kernel", std::string(system.release)},
          {"file_system", file_system(folder)},
          {"version", kVersion},
          {"time", time_now()}};
}

}  // namespace koinon
