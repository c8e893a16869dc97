// What koinon check says, and with which exit code.
#include "tools/plugin_report.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace koinon::test::plugin_report_test {
namespace {
namespace json = boost::json;

json::value status(json::array alarms) {
  return json::object{{"name", "seoul.example"},    {"signing", "ready"}, {"peers", 2},
                      {"peers_connected", 2},       {"index_lag", 0},     {"disk_free_bytes", 5'000},
                      {"alarms", std::move(alarms)}};
}
json::value alarm(const char* id, const char* severity, const char* text) {
  return json::object{{"id", id}, {"severity", severity}, {"text", text}};
}

TEST(PluginReport, ANodeThatIsWell) {
  const PluginReport report = plugin_report(status({}), std::nullopt);
  EXPECT_EQ(report.state, PluginState::kOk);
  EXPECT_EQ(report.line(),
            "KOINON OK - seoul.example is ready, signing ready, 2 of 2 peers connected | peers=2;;;0 "
            "peers_connected=2;;;0 index_lag=0;;;0 disk_free=5000B;;;0");
}

TEST(PluginReport, AnAlarmIsAWarningAndACriticalOneIsCriticalAndComesFirst) {
  const json::value away = alarm("away", "warning", "not connected: milan.example");
  EXPECT_EQ(plugin_report(status({away}), std::nullopt).state, PluginState::kWarning);
  const PluginReport both =
      plugin_report(status({away, alarm("store", "critical", "the store cannot write")}),
                    fail(Code::kUnavailable, "store: the store cannot write"));
  EXPECT_EQ(both.state, PluginState::kCritical);
  EXPECT_EQ(both.line().find("KOINON CRITICAL - store: the store cannot write; away: not connected"), 0U)
      << both.line();
}

TEST(PluginReport, WhatIsNotReadyWithoutACriticalAlarmIsCritical) {
  const PluginReport report = plugin_report(status({alarm("index", "warning", "far behind")}),
                                            fail(Code::kUnavailable, "index: far behind"));
  EXPECT_EQ(report.state, PluginState::kCritical);
}

TEST(PluginReport, ANodeThatDoesNotRunIsCriticalAndOneWeMayNotAskIsUnknown) {
  EXPECT_EQ(plugin_report(fail(Code::kUnavailable, "koinond is not running")).state, PluginState::kCritical);
  EXPECT_EQ(plugin_report(fail(Code::kIo, "the connection broke")).state, PluginState::kCritical);
  EXPECT_EQ(plugin_report(fail(Code::kRefused, "you may not use the node")).state, PluginState::kUnknown);
  EXPECT_EQ(plugin_report(fail(Code::kNotFound, "no node lives here")).state, PluginState::kUnknown);
  EXPECT_EQ(plugin_report(json::value("text"), std::nullopt).state, PluginState::kUnknown);
}

// Else whoever reads the line takes what others wrote for measures, or for a second line.
TEST(PluginReport, WhatOthersWroteStaysInTheLine) {
  const std::string line =
      plugin_report(status({alarm("frozen", "warning", "evil|peers=0\nOK")}), std::nullopt).line();
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('|'), line.rfind('|'));
}

}  // namespace
}  // namespace koinon::test::plugin_report_test
