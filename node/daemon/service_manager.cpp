#include "node/daemon/service_manager.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr int kFirstGiven = 3;            // SD_LISTEN_FDS_START
constexpr std::uint64_t kMostGiven = 64;  // far more than addresses of one machine that are served

// As the manager set it; it is gone afterwards, so that no program that is started from here takes it for its
// own.
std::string taken(const char* name) {
  const char* value = std::getenv(name);
  std::string out = value == nullptr ? "" : value;
  ::unsetenv(name);
  return out;
}

// Whether a variable that names a process means this one. One that names none means whoever reads it.
bool means_us(const std::string& pid, bool unnamed) {
  return pid.empty() ? unnamed : pid == std::to_string(::getpid());
}

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

// What comes over a Unix socket is an operator's. So such a socket must not pass for one of visitors.
Result<std::string> listening_address(int descriptor) {
  const int domain = option_of(descriptor, SO_DOMAIN);
  if ((domain != AF_INET && domain != AF_INET6) || option_of(descriptor, SO_TYPE) != SOCK_STREAM ||
      option_of(descriptor, SO_ACCEPTCONN) != 1)
    return fail(
        Code::kInvalidArgument,
        "the service manager gives a socket for HTTP that is no TCP socket which listens; its unit has "
        "ListenStream=IP:PORT and Accept=no",
        "http");
  boost::asio::ip::tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(descriptor, endpoint.data(), &size) != 0)
    return fail(Code::kInvalidArgument, "the socket that the service manager gives has no address", "http");
  endpoint.resize(size);
  return endpoint.address().to_string();
}

std::vector<std::string> split_names(std::string_view names) {
  std::vector<std::string> out;
  while (true) {
    const auto end = names.find(':');
    out.emplace_back(names.substr(0, end));
    if (end == std::string_view::npos) return out;
    names.remove_prefix(end + 1);
  }
}

// A line break would end the status, and begin something else.
std::string status_line(std::string_view status) {
  std::string out = "STATUS=" + std::string(status);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string microseconds_text(std::chrono::microseconds time) { return std::to_string(time.count()); }

}  // namespace

Result<ServiceManager> ServiceManager::from_environment() {
  ServiceManager out;
  out.notify_ = taken("NOTIFY_SOCKET");
  const std::string watchdog = taken("WATCHDOG_USEC");
  const std::string watched = taken("WATCHDOG_PID");
  const std::string listener = taken("LISTEN_PID");
  const std::string count = taken("LISTEN_FDS");
  const std::string names = taken("LISTEN_FDNAMES");
  if (!watchdog.empty() && means_us(watched, true)) {
    const auto time = parse_decimal(watchdog);
    if (!time.ok() || *time == 0)
      return fail(Code::kInvalidArgument, "it is a number of microseconds", "WATCHDOG_USEC");
    out.watchdog_ = std::chrono::microseconds(*time);
  }
  if (!count.empty() && means_us(listener, false)) KOINON_TRY(out.take_sockets(count, names));
  return out;
}

Status ServiceManager::take_sockets(std::string_view count, std::string_view names) {
  const auto given = parse_decimal(count);
  if (!given.ok() || *given > kMostGiven)
    return fail(Code::kInvalidArgument, "it is the number of sockets that are given", "LISTEN_FDS");
  std::vector<std::string> named = split_names(names);
  named.resize(*given, "unknown");
  for (std::size_t i = 0; i < named.size(); ++i) {
    const int descriptor = kFirstGiven + static_cast<int>(i);
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
      return fail(Code::kInvalidArgument, "it counts a socket that is not there", "LISTEN_FDS");
    if (named[i] != "http")
      return fail(Code::kInvalidArgument,
                  "the service manager gives a socket with the name " + named[i] +
                      ", which koinond does not serve; its unit has FileDescriptorName=http",
                  "LISTEN_FDNAMES");
    KOINON_ASSIGN(std::string address, listening_address(descriptor));
    http_.push_back({descriptor, std::move(address)});
  }
  return {};
}

ServiceManager::~ServiceManager() {
  for (const GivenSocket& socket : http_) ::close(socket.descriptor);
}

ServiceManager::ServiceManager(ServiceManager&& other) noexcept
    : notify_(std::move(other.notify_)), watchdog_(other.watchdog_), http_(std::exchange(other.http_, {})) {}

ServiceManager& ServiceManager::operator=(ServiceManager&& other) noexcept {
  std::swap(notify_, other.notify_);
  std::swap(watchdog_, other.watchdog_);
  std::swap(http_, other.http_);
  return *this;
}

Result<std::vector<GivenSocket>> ServiceManager::http_sockets() const {
  std::vector<GivenSocket> out;
  for (const GivenSocket& socket : http_) {
    const int copy = ::fcntl(socket.descriptor, F_DUPFD_CLOEXEC, kFirstGiven);
    if (copy >= 0) {
      out.push_back({copy, socket.address});
      continue;
    }
    const int why = errno;
    for (const GivenSocket& made : out) ::close(made.descriptor);
    return fail(
        Code::kUnavailable,
        "the socket that the service manager gives cannot be used: " + std::generic_category().message(why),
        "http");
  }
  return out;
}

// An address that begins with @ is one of Linux's abstract ones, which have a zero byte there.
Status ServiceManager::tell(const std::string& lines) const {
  if (!listens()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((notify_.front() != '/' && notify_.front() != '@') || notify_.size() >= sizeof address.sun_path)
    return fail(Code::kUnavailable, "the service manager has an address that is not known here", notify_);
  std::memcpy(address.sun_path, notify_.data(), notify_.size());
  if (notify_.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool sent = descriptor >= 0 && ::sendto(descriptor, lines.data(), lines.size(), MSG_NOSIGNAL,
                                                reinterpret_cast<const sockaddr*>(&address), size) >= 0;
  const int why = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (sent) return {};
  return fail(Code::kUnavailable,
              "the service manager cannot be told: " + std::generic_category().message(why), notify_);
}

Status ServiceManager::starting(std::string_view status, std::chrono::seconds at_most) const {
  return tell(status_line(status) + "\nEXTEND_TIMEOUT_USEC=" + microseconds_text(at_most));
}

Status ServiceManager::ready(std::string_view status) const {
  return tell("READY=1\n" + status_line(status));
}

Status ServiceManager::is_at(std::string_view status) const { return tell(status_line(status)); }

// steady_clock is CLOCK_MONOTONIC, which the manager compares it with.
Status ServiceManager::reloading() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return tell("RELOADING=1\nMONOTONIC_USEC=" +
              microseconds_text(std::chrono::duration_cast<std::chrono::microseconds>(now)) +
              "\nSTATUS=Reads its configuration anew");
}

Status ServiceManager::stopping() const { return tell("STOPPING=1\nSTATUS=Stops: writes what it has"); }

Status ServiceManager::alive() const { return tell("WATCHDOG=1"); }

std::optional<std::filesystem::path> credential(std::string_view name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  std::filesystem::path path = std::filesystem::path(folder) / name;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  return path;
}

}  // namespace koinon
