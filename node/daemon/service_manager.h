// What a service and the manager that starts it tell each other: systemd, or what speaks like it. The
// protocols are those of sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3) and "Credentials" in
// systemd.exec(5). Their manual pages state the bytes, and promise that these stay as they are.
//
// They are spoken here without libsystemd: that maps itself and five more libraries (libgcrypt, libgpg-error,
// liblzma, liblz4, libcap) into a daemon that shall idle in 25 MB.
//
// Without a manager nothing is given, and what is told goes nowhere, which is no error.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace koinon {

// A TCP socket that listens, which the manager has made and bound.
struct GivenSocket {
  int descriptor = -1;  // of whoever has this
  std::string address;  // the IP address at which it listens
};

class ServiceManager {
 public:
  // Nobody listens, and nothing is given.
  ServiceManager() = default;
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, and takes
  // them out of the environment. Call it once, before there are other threads: it changes the environment.
  // What is meant for another process, by its id, counts for nothing. kInvalidArgument: a variable does not
  // say what it should, or a socket was given that this program does not serve: it has another name than
  // `http`, or is no TCP socket that listens.
  static Result<ServiceManager> from_environment();
  ~ServiceManager();
  ServiceManager(ServiceManager&& other) noexcept;
  ServiceManager& operator=(ServiceManager&& other) noexcept;
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // Somebody listens to what is told.
  bool listens() const { return !notify_.empty(); }

  // What is told. Any thread; each is one datagram. `status`: one line for people, which `systemctl status`
  // shows. kUnavailable: it could not be sent.
  // The start goes on, with something that may take this long. Past that, the manager takes the start for
  // failed.
  Status starting(std::string_view status, std::chrono::seconds at_most) const;
  Status ready(std::string_view status) const;
  Status is_at(std::string_view status) const;
  // The configuration is read anew; ready() ends that. It also says since when, as Type=notify-reload
  // (systemd 253) asks for. Earlier managers skip that line.
  Status reloading() const;
  Status stopping() const;
  // The service is well. The manager hears this within watchdog(), or ends the service.
  Status alive() const;

  // Nothing: the manager does not watch.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

  // Copies of the sockets for HTTP, each time; their owner closes them. Whoever connects while nobody has a
  // copy waits for the next owner. kUnavailable: this process has no descriptor left.
  Result<std::vector<GivenSocket>> http_sockets() const;

 private:
  Status tell(const std::string& lines) const;
  Status take_sockets(std::string_view count, std::string_view names);

  std::string notify_;  // the address of the manager's socket; empty: none
  std::optional<std::chrono::microseconds> watchdog_;
  std::vector<GivenSocket> http_;
};

// The file of a secret that the manager hands over: $CREDENTIALS_DIRECTORY/NAME. Nothing: it hands over no
// such. The manager owns the file and its mode, and lets this user read it by an access control list. So the
// mode shows rights of a group (0440), and says nothing of who may read it.
std::optional<std::filesystem::path> credential(std::string_view name);

}  // namespace koinon
