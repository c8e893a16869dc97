// What a monitoring plugin says of a node (Nagios, Icinga, Checkmk, Sensu): an exit code, and one line with
// measures behind a bar. As https://www.monitoring-plugins.org/doc/guidelines.html has it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "proto/base/result.h"

namespace koinon {

// The value is the exit code.
enum class PluginState : int { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };
std::string_view plugin_word(PluginState state);  // OK, WARNING, CRITICAL, UNKNOWN

struct PluginReport {
  PluginState state = PluginState::kUnknown;
  std::vector<std::string> said;           // what is the matter, the most urgent first; of OK how it is
  std::vector<std::string> measures = {};  // peers=2;;;0, without spaces

  // KOINON WARNING - … | peers=2;;;0 …
  std::string line() const;
};

// Of the answer of GET /api/v1/status, and of what GET /readyz said: nothing if it was ready. Critical: it is
// not ready, or an alarm is critical; warning: any other alarm stands.
PluginReport plugin_report(const boost::json::value& status, const std::optional<Error>& not_ready);
// A node that could not be asked: critical where it does not run or answer; unknown where we may not ask, or
// no node lives there.
PluginReport plugin_report(const Error& unasked);

}  // namespace koinon
