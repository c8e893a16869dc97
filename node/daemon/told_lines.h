// What parts of a node tell, as lines of its log; and the ready file. The same for a node that writes and for
// one that only reads. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/api/alarms.h"
#include "node/daemon/daemon_log.h"
#include "storage/office/accounts.h"

namespace koinon {

void tell_change(const DaemonLog& log, const AuditLine& line);
void tell_alarm(const DaemonLog& log, const Alarm& alarm);
void tell_alarm_over(const DaemonLog& log, const Alarm& alarm);

// The ports on which a node serves. Nothing is written where no file is named.
struct ReadyPorts {
  std::uint16_t peer = 0;
  std::uint16_t http = 0;
  std::optional<std::uint16_t> witness;
};
Status write_ready_file(const std::string& file, const ReadyPorts& ports);

// "Serves NAME, HTTP on port 8471; 2 alarms, first: …", on a line of a terminal.
std::string served_line(const std::string& what, const std::vector<Alarm>& alarms);

}  // namespace koinon
