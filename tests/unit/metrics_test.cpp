// What Prometheus is told, and by which labels: never by what strangers choose.
#include "node/api/metrics.h"

#include <set>

#include <gtest/gtest.h>

#include "node/api/http_measures.h"
#include "proto/base/ascii.h"

namespace koinon::test::metrics_test {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string told(const MetricsInput& input) { return metrics_text(input); }

Exchange exchange(std::string route, unsigned status, std::chrono::milliseconds took) {
  Exchange out;
  out.method = "GET";
  out.route = std::move(route);
  out.status = status;
  out.took = took;
  return out;
}

TEST(Metrics, ANodeSaysWhichVersionRunsAndHowTheProcessIs) {
  MetricsInput input;
  input.version = "1.2.3";
  input.started_at = {1'600'000'000'500};
  input.process.resident_bytes = 26'000'000;
  input.process.open_files = 41;
  const std::string text = told(input);
  EXPECT_TRUE(has_line(text, "koinon_build_info{version=\"1.2.3\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "process_resident_memory_bytes 26000000")) << text;
  EXPECT_TRUE(has_line(text, "process_open_fds 41"));
  EXPECT_TRUE(has_line(text, "process_start_time_seconds 1600000000.5")) << text;
}

TEST(Metrics, SigningIsInOneOfItsStates) {
  MetricsInput input;
  input.signing_state = Signing::kWaits;
  const std::string text = told(input);
  EXPECT_TRUE(has_line(text, "koinon_signing_state{state=\"waits\"} 1"));
  for (const char* other : {"ready", "never", "stopped"})
    EXPECT_TRUE(has_line(text, "koinon_signing_state{state=\"" + std::string(other) + "\"} 0")) << other;
}

TEST(Metrics, AnAlarmThatIsCriticalSaysSo) {
  MetricsInput input;
  Alarm store;
  store.id = "store";
  store.severity = Severity::kCritical;
  Alarm away;
  away.id = "away";
  input.alarms = {store, away};
  const std::string text = told(input);
  EXPECT_TRUE(has_line(text, "koinon_alarm{alarm=\"store\"} 1"));
  EXPECT_TRUE(has_line(text, "koinon_alarm_critical{alarm=\"store\"} 1"));
  EXPECT_TRUE(has_line(text, "koinon_alarm{alarm=\"away\"} 1"));
  EXPECT_TRUE(has_line(text, "koinon_alarm_critical{alarm=\"away\"} 0"));
  for (const std::string& id : alarm_ids())
    EXPECT_NE(text.find("koinon_alarm{alarm=\"" + id + "\"}"), std::string::npos) << id;
}

TEST(Metrics, TheClockIsComparedWithTheMedianOfTheConnectedPeers) {
  MetricsInput input;
  for (const std::int64_t ahead : {2'000, 2'500, 900'000}) {
    PeerStatus peer;
    peer.connected = true;
    peer.clock_ahead_ms = ahead;
    input.network.peers.push_back(peer);
  }
  EXPECT_TRUE(has_line(told(input), "koinon_clock_offset_seconds -2.5"));
  input.network.peers.clear();
  EXPECT_TRUE(has_line(told(input), "koinon_clock_offset_seconds 0"));
  EXPECT_TRUE(has_line(told(input), "koinon_clock_in_doubt 0"));
  input.clock = {{ClockDoubt::kOwnEntry}, std::chrono::hours(1), true};
  EXPECT_TRUE(has_line(told(input), "koinon_clock_offset_seconds -3600"));
  EXPECT_TRUE(has_line(told(input), "koinon_clock_in_doubt 1"));
}

TEST(Metrics, APeersLagIsThatOfItsLog) {
  MetricsInput input;
  PeerStatus peer;
  peer.name = "milan.example";
  peer.lag = 7;
  input.network.peers = {peer};
  const std::string text = told(input);
  const auto line = text.find("\nkoinon_peer_lag_entries{");
  ASSERT_NE(line, std::string::npos);
  EXPECT_NE(text.find("peer=\"milan.example\"", line), std::string::npos);
  EXPECT_NE(text.find("} 7\n", line), std::string::npos);
}

// Prometheus refuses the whole answer where two values have the same labels.
TEST(Metrics, TwoNodesOfOneCityAreTwoSeries) {
  MetricsInput input;
  for (const char letter : {'a', 'b'}) {
    PeerStatus peer;
    peer.name = "milan.example";
    peer.node_key = NodeKey::from(Bytes(NodeKey::kSize, letter));
    input.network.peers.push_back(peer);
  }
  std::set<std::string> series;
  for (const std::string& line : split(told(input), '\n')) {
    if (!line.starts_with("koinon_peer_connected{")) continue;
    EXPECT_TRUE(series.insert(line.substr(0, line.find('}'))).second) << line;
  }
  EXPECT_EQ(series.size(), 2U);
}

TEST(Metrics, ADiskThatIsNotKnownIsNotSaidToBeFull) {
  MetricsInput input;
  EXPECT_EQ(told(input).find("koinon_disk_free_bytes"), std::string::npos);
  input.disk = DiskFacts{5, 10};
  EXPECT_TRUE(has_line(told(input), "koinon_disk_free_bytes 5"));
}

TEST(HttpMeasures, CountByRouteAndClassOfStatus) {
  HttpMeasures measures;
  measures.count(exchange("getStatus", 200, std::chrono::milliseconds(3)));
  measures.count(exchange("getStatus", 204, std::chrono::milliseconds(30)));
  measures.count(exchange("getStatus", 503, std::chrono::milliseconds(3)));
  MetricsInput input;
  input.http = measures.collect();
  const std::string text = told(input);
  EXPECT_TRUE(has_line(text, "koinon_http_requests_total{route=\"getStatus\",status=\"2xx\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "koinon_http_requests_total{route=\"getStatus\",status=\"5xx\"} 1")) << text;
  EXPECT_NE(text.find("koinon_http_request_duration_seconds_bucket{route=\"getStatus\",le=\"0.005\"} 2"),
            std::string::npos)
      << text;
}

TEST(HttpMeasures, WhatStrangersAskForIsOneSeriesWhateverTheyAskFor) {
  HttpMeasures measures;
  for (int i = 0; i < 100; ++i) {
    Exchange made_up = exchange("", 404, {});
    made_up.target = "/" + std::to_string(i);
    made_up.method = "M" + std::to_string(i);
    made_up.agent = std::to_string(i);
    measures.count(made_up);
  }
  MetricsInput input;
  input.http = measures.collect();
  EXPECT_TRUE(has_line(told(input), "koinon_http_requests_total{route=\"unserved\",status=\"4xx\"} 100"));
  EXPECT_EQ(input.http.front().metric.size(), 1U);
}

TEST(HttpMeasures, AStreamIsCountedAndItsHoursAreNoDuration) {
  HttpMeasures measures;
  Exchange stream = exchange("streamEvents", 200, std::chrono::milliseconds(1));
  stream.streams = true;
  measures.count(stream);
  MetricsInput input;
  input.http = measures.collect();
  EXPECT_TRUE(has_line(told(input), "koinon_http_requests_total{route=\"streamEvents\",status=\"2xx\"} 1"));
  EXPECT_EQ(told(input).find("duration_seconds_count{route=\"streamEvents\"}"), std::string::npos);
}

TEST(ProcessFacts, AreThoseOfThisProcess) {
  const ProcessFacts facts = process_facts();
  EXPECT_GT(facts.resident_bytes, 1'000'000U);
  EXPECT_GE(facts.virtual_bytes, facts.resident_bytes);
  EXPECT_GE(facts.open_files, 3U);
  EXPECT_GT(facts.most_files, facts.open_files);
  EXPECT_GE(facts.threads, 1U);
}

}  // namespace
}  // namespace koinon::test::metrics_test
