// The last day of a node, minute by minute.
#include "node/api/measure_history.h"

#include <gtest/gtest.h>

namespace koinon::test::measure_history_test {
namespace {

constexpr std::int64_t kMinute = 60'000;

AlarmInput seen(std::int64_t at, std::uint64_t in, std::uint64_t out, bool connected = true) {
  AlarmInput input;
  input.now = {at};
  input.bodies_missing = 3;
  input.index_lag = 4;
  PeerStatus peer;
  peer.connected = connected;
  peer.bytes_in = in;
  peer.bytes_out = out;
  peer.lag = 7;
  input.peers.push_back(peer);
  return input;
}

TEST(MeasureHistory, KeepsOneSampleAMinuteAndAllTrafficBetween) {
  MeasureHistory history;
  EXPECT_TRUE(history.samples().empty());
  history.take(seen(0, 100, 10));
  history.take(seen(3000, 150, 20));
  history.take(seen(kMinute, 200, 30));
  const auto samples = history.samples();
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].bytes_in, 100U);
  EXPECT_EQ(samples[1].bytes_in, 100U) << "also what went between two samples";
  EXPECT_EQ(samples[1].bytes_out, 20U);
  EXPECT_EQ(samples[1].entries_behind, 7U);
  EXPECT_EQ(samples[1].bodies_missing, 3U);
  EXPECT_EQ(samples[1].index_lag, 4U);
  EXPECT_EQ(samples[1].peers_connected, 1U);
}

TEST(MeasureHistory, CountsASessionAnewThatBeganAnew) {
  MeasureHistory history;
  history.take(seen(0, 1000, 0));
  history.take(seen(1000, 0, 0, false));
  history.take(seen(2000, 50, 0));
  history.take(seen(kMinute, 60, 0));
  EXPECT_EQ(history.samples().back().bytes_in, 60U);
}

TEST(MeasureHistory, KeepsADayAndNoMore) {
  MeasureHistory history;
  for (std::int64_t i = 0; i < 2000; ++i) history.take(seen(i * kMinute, 0, 0));
  const auto samples = history.samples();
  EXPECT_EQ(samples.size(), MeasureHistory::kSamples);
  EXPECT_EQ(samples.back().at.value, 1999 * kMinute);
}

TEST(MeasureHistory, GoesOnWhenTheClockIsSetBack) {
  MeasureHistory history;
  history.take(seen(1000 * kMinute, 0, 0));
  history.take(seen(kMinute, 0, 0));
  history.take(seen(kMinute + 3000, 0, 0));
  EXPECT_EQ(history.samples().size(), 2U);
}

}  // namespace
}  // namespace koinon::test::measure_history_test
