// What is an alarm, and what is none.
#include "node/http/alarms.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace koinon::test {
namespace {

std::vector<std::string> ids(const AlarmInput& input) {
  std::vector<std::string> out;
  for (const Alarm& alarm : alarms_of(input)) out.push_back(alarm.id);
  return out;
}
using Ids = std::vector<std::string>;

TEST(Alarms, ANodeThatIsWellHasNone) {
  AlarmInput input;
  input.disk_free_bytes = 5'000'000'000;
  input.index_lag = 100;
  input.own_ahead_ms = -10;
  EXPECT_EQ(ids(input), Ids{});
}

TEST(Alarms, EachHasAnIdThatIsListed) {
  AlarmInput input;
  input.now = {10'000'000};
  input.signing_stopped = fail(Code::kRefused, "it forked");
  input.store = Trouble{fail(Code::kDiskFull, "full"), {1}};
  input.others_wait = Trouble{fail(Code::kDiskFull, "kept"), {1}};
  input.index = Trouble{fail(Code::kDiskFull, "full"), {1}};
  input.disk_free_bytes = 5;
  input.failing = {1, 1, "500"};
  input.frozen = {"milan.example"};
  input.knocks = 1;
  input.bodies_missing = 1;
  input.own_ahead_ms = 300'000;
  PeerStatus away;
  away.name = "la.example";
  PeerStatus unpinned = away;
  unpinned.trouble = PeerTrouble::kNotPinnedThere;
  PeerStatus liar = away;
  liar.connected = true;
  liar.conduct.lies = 1;
  input.peers = {away, unpinned, liar};
  const Ids found = ids(input);
  for (const std::string& id : found)
    EXPECT_NE(std::find(alarm_ids().begin(), alarm_ids().end(), id), alarm_ids().end()) << id;
  EXPECT_EQ(found.size(), alarm_ids().size() - 1) << "an index that has stopped is not behind besides";
}

TEST(Alarms, AClockIsOffWhereMostPeersSaySo) {
  AlarmInput input;
  input.peers_ahead_ms = {3'600'000, 10, -20};
  EXPECT_EQ(ids(input), Ids{}) << "one that is off itself";
  input.peers_ahead_ms = {3'600'000, 3'601'000, -20};
  EXPECT_EQ(ids(input), Ids{"clock"});
  input.peers_ahead_ms = {-3'600'000, 3'600'000};
  EXPECT_EQ(ids(input), Ids{}) << "one word against another";
  input.peers_ahead_ms = {-200'000};
  EXPECT_EQ(ids(input), Ids{"clock"});
}

TEST(Alarms, APeerHasTimeToComeBack) {
  AlarmInput input;
  input.now = {10'000'000};
  PeerStatus peer;
  peer.name = "la.example";
  peer.away_since = {10'000'000 - 599'000};
  input.peers = {peer};
  EXPECT_EQ(ids(input), Ids{});
  input.peers.front().away_since = {10'000'000 - 600'000};
  EXPECT_EQ(ids(input), Ids{"away"});
}

}  // namespace
}  // namespace koinon::test
