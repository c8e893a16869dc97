// What is an alarm, and what is none.
#include "node/api/alarms.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "node/publishing/signing_standing.h"
#include "node/reading/kept_fault.h"
#include "proto/base/limits.h"

namespace koinon::test::alarms_test {
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
  EXPECT_EQ(ids(input), Ids{});
}

TEST(Alarms, EachHasAnIdThatIsListed) {
  AlarmInput input;
  input.now = {10'000'000};
  input.signing_stopped = fail(Code::kRefused, "it forked");
  input.store = Trouble{fail(Code::kIo, "broken"), {1}};
  input.others_wait = Trouble{fail(Code::kDiskFull, "kept"), {1}};
  input.index = Trouble{fail(Code::kIo, "broken"), {1}};
  input.failing = {1, 1, "500"};
  input.frozen = {"milan.example"};
  input.for_good = {"rome.example"};
  input.knocks = 1;
  input.bodies_missing = 1;
  input.waits_for_look = {1, 2};
  input.mark_lost = true;
  input.cosigner_lost = true;
  input.clock = {{ClockDoubt::kPeers}, std::chrono::hours(1), false};
  input.standing.emplace();
  input.standing->cannot_show = {"oslo.example"};
  input.behind = std::chrono::seconds(11);
  PeerStatus away;
  away.name = "la.example";
  PeerStatus unpinned = away;
  unpinned.trouble = PeerTrouble::kNotPinnedThere;
  PeerStatus liar = away;
  liar.connected = true;
  liar.conduct.lies = 1;
  input.peers = {away, unpinned, liar};
  Ids found = ids(input);
  AlarmInput low;
  low.disk_free_bytes = 5;
  for (const std::string& id : ids(low)) found.push_back(id);
  for (const std::string& id : found)
    EXPECT_NE(std::find(alarm_ids().begin(), alarm_ids().end(), id), alarm_ids().end()) << id;
  EXPECT_EQ(found.size(), alarm_ids().size() - 1) << "an index that has stopped is not behind besides";
}

TEST(Alarms, ADiskThatIsFullHasOne) {
  const Trouble full{fail(Code::kDiskFull, "full"), {1}};
  AlarmInput input;
  input.store = input.others_wait = input.index = input.courier = full;
  input.disk_free_bytes = 5;
  input.knocks = 1;
  EXPECT_EQ(ids(input), (Ids{"store", "knocks"}));
  input.store.reset();
  EXPECT_EQ(ids(input), (Ids{"reserve", "knocks"}));
  input.others_wait.reset();
  EXPECT_EQ(ids(input), (Ids{"index_stopped", "knocks"}));
  input.index.reset();
  EXPECT_EQ(ids(input), (Ids{"deliveries", "knocks"}));
  input.courier.reset();
  EXPECT_EQ(ids(input), (Ids{"disk", "knocks"}));
}

TEST(Alarms, WhatIsNotForWantOfRoomStandsBesideIt) {
  AlarmInput input;
  input.store = Trouble{fail(Code::kDiskFull, "full"), {1}};
  input.index = Trouble{fail(Code::kIo, "broken"), {1}};
  input.failing = {1, 1, "500"};
  EXPECT_EQ(ids(input), (Ids{"store", "index_stopped", "deliveries"}));
}

TEST(Alarms, WhyMessagesDoNotArriveIsASentenceThatPagesTranslate) {
  const Error why =
      fail(Code::kUnavailable, Sentence{"send.answered", "{status}", {{"status", std::int64_t{500}}}});
  AlarmInput input;
  input.failing = {1, 1, why.message, fault_text(why)};
  const Alarm alarm = alarms_of(input).front();
  EXPECT_EQ(alarm.id, "deliveries");
  EXPECT_EQ(alarm.text, "2 messages do not arrive (500); Operate, Sending says where they were to go");
  ASSERT_TRUE(alarm.why);
  EXPECT_EQ(alarm.why->id, "send.answered");
  EXPECT_EQ(alarm.why->arguments, why.arguments);
}

TEST(Alarms, WhatDidNotVerifyIsForgottenAfterADay) {
  const MonoTime then(std::chrono::hours(1));
  Conduct conduct;
  conduct.lies = 1;
  conduct.last_lie = "a root that does not verify";
  conduct.last_lie_at = then;
  const auto seen_at = [&](MonoTime now) {
    PeerStatus liar;
    liar.name = "la.example";
    liar.connected = true;
    liar.conduct = conduct_told(conduct, now);
    AlarmInput input;
    input.peers = {liar};
    return ids(input);
  };
  EXPECT_EQ(seen_at(then), Ids{"lies"});
  EXPECT_EQ(seen_at(then + limits::kLieForgotten), Ids{"lies"});
  EXPECT_EQ(seen_at(then + limits::kLieForgotten + std::chrono::seconds(1)), Ids{}) << "though no other came";
}

TEST(Alarms, AClockInDoubtIsOneAndACriticalOneWhereSigningWaits) {
  AlarmInput input;
  input.clock = {{ClockDoubt::kPeers}, std::chrono::hours(-1), false};
  ASSERT_EQ(ids(input), Ids{"clock"});
  EXPECT_EQ(alarms_of(input).front().severity, Severity::kWarning);
  EXPECT_EQ(alarms_of(input).front().text,
            "the clock of this node seems to be 60 minutes ahead: so say the connected peers; set it");
  input.clock = {{ClockDoubt::kOwnEntry, ClockDoubt::kPeers}, std::chrono::hours(24), true};
  EXPECT_EQ(alarms_of(input).front().severity, Severity::kCritical);
  EXPECT_EQ(alarms_of(input).front().text,
            "the clock of this node seems to be 1440 minutes behind: our newest entry is of a later time; "
            "nothing is "
            "signed until it is set, or until koinon clock --is-right");
  // What the operator has just set right is not called wrong.
  input.clock = {{ClockDoubt::kJump}, std::chrono::hours(1), false};
  EXPECT_EQ(alarms_of(input).front().severity, Severity::kWarning);
  EXPECT_EQ(
      alarms_of(input).front().text,
      "the clock of this node seems to be 60 minutes behind: it jumped just now, and counts once it has "
      "stood for ten minutes; if the new time is right, say koinon clock --is-right, else set it");
}

TEST(Alarms, OurLogThatNobodyServesIsCriticalAndNamesWhoShowedIt) {
  SigningNow now;
  now.view.state = SigningState::kBehind;
  now.view.shown = TreeSize(40);
  now.shown_by = "milan.example";
  now.view.nobody_serves = true;
  AlarmInput input;
  input.signing_stopped = why_not_signed(now);
  ASSERT_EQ(ids(input), Ids{"signing"});
  const Alarm alarm = alarms_of(input).front();
  EXPECT_EQ(alarm.severity, Severity::kCritical);
  EXPECT_NE(alarm.text.find("milan.example has shown a head of our own log with 40 entries"),
            std::string::npos)
      << alarm.text;
  ASSERT_TRUE(alarm.why);
  EXPECT_EQ(alarm.why->id, "signing.unserved");
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
}  // namespace koinon::test::alarms_test
