#include "tools/start_hint.h"

#include <algorithm>
#include <string_view>
#include <system_error>

namespace koinon {
namespace {

constexpr std::string_view kPackagedFolder = "/var/lib/koinon";
constexpr std::size_t kNameChars =
    24;  // of a city that shares a host (RUNBOOK, "Several cities on one host")

bool is_name_of_service(std::string_view name) {
  const auto may_stand = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kNameChars && std::all_of(name.begin(), name.end(), may_stand) &&
         name != "proxy" && !name.ends_with("-proxy");
}

}  // namespace

std::string service_of(const std::filesystem::path& data) {
  std::string folder = data.lexically_normal().string();
  if (folder.ends_with('/')) folder.pop_back();
  if (folder == kPackagedFolder) return "koinond";
  const std::string others = std::string(kPackagedFolder) + "-";
  if (!folder.starts_with(others) || !is_name_of_service(folder.substr(others.size()))) return {};
  return "koinond@" + folder.substr(others.size());
}

// As the units have it: User=koinon, and User=koinon-%i.
std::string user_of_service(const std::filesystem::path& data) {
  const std::string service = service_of(data);
  const auto at = service.find('@');
  if (service.empty() || at == std::string::npos) return service.empty() ? "" : "koinon";
  return "koinon-" + service.substr(at + 1);
}

StartHint start_hint(const std::filesystem::path& data) {
  std::error_code unknown;
  const std::string service = service_of(data);
  if (!service.empty() && std::filesystem::is_directory("/run/systemd/system", unknown))
    return {"systemctl start " + service, "journalctl -u " + service, "systemctl restart " + service};
  const std::string command = "koinond --data " + data.string();
  return {command, {}, "end its process, then " + command};
}

}  // namespace koinon
