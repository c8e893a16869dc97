#include "node/api/process_facts.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

namespace koinon {
namespace {

constexpr std::uint64_t kKiB = 1024;

// The lines of /proc/self/status that are read: VmRSS:      1234 kB
void read_status(ProcessFacts& out) {
  std::ifstream file("/proc/self/status");
  std::string line;
  const auto number = [&](const std::string& name) -> std::uint64_t {
    return line.starts_with(name) ? std::strtoull(line.c_str() + name.size(), nullptr, 10) : 0;
  };
  while (std::getline(file, line)) {
    out.resident_bytes += number("VmRSS:") * kKiB;
    out.virtual_bytes += number("VmSize:") * kKiB;
    out.threads += number("Threads:");
  }
}

// Max open files            1024                 1048576              files
std::uint64_t most_files() {
  std::ifstream file("/proc/self/limits");
  std::string line;
  const std::string name = "Max open files";
  while (std::getline(file, line)) {
    if (line.starts_with(name)) return std::strtoull(line.c_str() + name.size(), nullptr, 10);
  }
  return 0;
}

// Without the one with which they are counted.
std::uint64_t open_files() {
  std::error_code error;
  std::uint64_t count = 0;
  std::filesystem::directory_iterator all("/proc/self/fd", error);
  for (; !error && all != std::filesystem::directory_iterator(); all.increment(error)) ++count;
  return count > 0 ? count - 1 : 0;
}

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts out;
  read_status(out);
  out.open_files = open_files();
  out.most_files = most_files();
  // Of the whole process (clock(3)).
  out.cpu_seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return out;
}

}  // namespace koinon
