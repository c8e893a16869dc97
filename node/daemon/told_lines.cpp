#include "node/daemon/told_lines.h"

#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/key_file.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kStatusBytes = 400;  // a line in a terminal, not a page

}  // namespace

void tell_change(const DaemonLog& log, const AuditLine& line) {
  log.info(log_event::kChanged, "changed",
           {{"who", line.who},
            {"from", line.from},
            {"action", line.action},
            {"target", line.target},
            {"outcome", line.outcome}});
}

void tell_alarm(const DaemonLog& log, const Alarm& alarm) {
  if (alarm.severity == Severity::kCritical) {
    log.error(log_event::kAlarm, "alarm: " + alarm.text,
              {{"id", alarm.id}, {"since", time_text(alarm.since)}});
  } else {
    log.warning(log_event::kAlarm, "alarm: " + alarm.text,
                {{"id", alarm.id}, {"since", time_text(alarm.since)}});
  }
}

void tell_alarm_over(const DaemonLog& log, const Alarm& alarm) {
  log.warning(log_event::kAlarmOver, "alarm over: " + alarm.text, {{"id", alarm.id}});
}

Status write_ready_file(const std::string& file, const ReadyPorts& ports) {
  if (file.empty()) return {};
  boost::json::object ready;
  ready["pid"] = static_cast<std::int64_t>(::getpid());
  ready["peer_port"] = ports.peer;
  ready["http_port"] = ports.http;
  if (ports.witness) ready["witness_port"] = *ports.witness;
  return write_private_file(file, boost::json::serialize(ready) + "\n");
}

std::string served_line(const std::string& what, const std::vector<Alarm>& alarms) {
  if (alarms.empty()) return what + "; no alarm";
  std::string out = what + "; " + std::to_string(alarms.size());
  out += (alarms.size() == 1 ? " alarm: " : " alarms, first: ") + alarms.front().text;
  return std::string(clipped_utf8(out, kStatusBytes));
}

}  // namespace koinon
