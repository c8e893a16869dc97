// How koinond is started for a data folder, as people are told.
#pragma once

#include <filesystem>
#include <string>

namespace koinon {

// The service of Debian's package whose folder it is: koinond for /var/lib/koinon, koinond@busan for
// /var/lib/koinon-busan. Empty: it is no such folder.
std::string service_of(const std::filesystem::path& data);

// The user as whom that service runs. Empty: it is no such folder.
std::string user_of_service(const std::filesystem::path& data);

struct StartHint {
  std::string command;
  std::string log;   // the command that shows the log; empty: koinond logs to its standard error
  std::string anew;  // how one that runs is ended and started
};
// By its service, on a machine with systemd; else by hand. Where somebody has given a service another folder,
// nobody knows of it here.
StartHint start_hint(const std::filesystem::path& data);

}  // namespace koinon
