// koinon check: a monitoring plugin.
#include <csignal>
#include <iostream>

#include <boost/json.hpp>
#include <unistd.h>

#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/plugin_report.h"

namespace koinon {
namespace json = boost::json;
namespace {

// A daemon that hangs answers nothing, and whoever runs plugins waits for this one. Whatever is under way, it
// ends here. Only what a signal's handler may call is called.
extern "C" void end_late(int) {
  static constexpr char kLate[] = "KOINON CRITICAL - koinond does not answer in time\n";
  const auto written = ::write(STDOUT_FILENO, kLate, sizeof(kLate) - 1);
  ::_exit(written < 0 ? static_cast<int>(PluginState::kUnknown) : static_cast<int>(PluginState::kCritical));
}

PluginReport ask(const ApiClient& client) {
  const auto status = client.get_json("/api/v1/status");
  if (!status.ok()) return plugin_report(status.error());
  const auto ready = client.get("/readyz");
  if (ready.ok()) return plugin_report(*status, std::nullopt);
  return plugin_report(*status, ready.error());
}

void print(const Common& common, const PluginReport& report) {
  if (!common.json) {
    std::cout << report.line() << std::endl;
    return;
  }
  const json::array said(report.said.begin(), report.said.end());
  const json::array measures(report.measures.begin(), report.measures.end());
  std::cout << json::serialize(json::object{{"state", plugin_word(report.state)},
                                            {"exit_code", static_cast<int>(report.state)},
                                            {"said", said},
                                            {"measures", measures}})
            << std::endl;
}

}  // namespace

Status run_check(const Common& common, int seconds, int& exit_code) {
  std::signal(SIGALRM, end_late);
  ::alarm(static_cast<unsigned>(seconds));
  const PluginReport report = ask(ApiClient(common.data));
  ::alarm(0);
  print(common, report);
  exit_code = static_cast<int>(report.state);
  return {};
}

}  // namespace koinon
