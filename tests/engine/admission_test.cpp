// Admission alone: the grace time counts what the node lived.
#include "node/engine/admission.h"

#include "tests/engine/parts_alone.h"

namespace koinon::test::admission_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class AdmissionAlone : public PartsAlone {
 protected:
  Admission& admission() { return parts->admission; }
  std::size_t removals() {
    admission().remove_expired();
    take();
    return intents<CommitRemoval>().size();
  }
};

TEST_F(AdmissionAlone, TheGraceTimeCountsLivedTimeAndNoJumpOfTheClock) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  take();
  const auto out = intents<CommitOutOfPolicy>();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].second.since, UnixMillis{1'000'000});
  EXPECT_EQ(out[0].second.lived, hours(100));
  pass(minutes(59), hours(24 * 365));
  EXPECT_EQ(removals(), 0U);
  pass(minutes(1));
  EXPECT_EQ(removals(), 1U);
  EXPECT_EQ(removals(), 0U) << "it is with the store";
}

TEST_F(AdmissionAlone, TheGraceTimeGoesOnWhereTheLastStartLeftIt) {
  LogState state = held_log();
  state.out_since = UnixMillis{1'000};
  state.out_lived = hours(99) + minutes(30);
  begin(stored(state));
  admission().keep_for_grace(log());
  take();
  EXPECT_TRUE(intents<CommitOutOfPolicy>().empty()) << "the store knows it";
  EXPECT_EQ(log().state().out_since, UnixMillis{1'000});
  pass(minutes(29));
  EXPECT_EQ(removals(), 0U);
  pass(minutes(1));
  EXPECT_EQ(removals(), 1U);
}

TEST_F(AdmissionAlone, HowLongItLivedIsSavedWhileAGraceRunsAndBeforeWhatCountsFromIt) {
  begin(stored(held_log()));
  pass(limits::kLivedSaved);
  (void)admission().recompute();
  take();
  EXPECT_TRUE(intents<CommitLived>().empty()) << "nothing counts from it";
  admission().keep_for_grace(log());
  take();
  ASSERT_EQ(intents<CommitLived>().size(), 1U);
  EXPECT_EQ(intents<CommitLived>()[0].second.lived, hours(100) + limits::kLivedSaved);
  ASSERT_EQ(intents<CommitOutOfPolicy>().size(), 1U);
  EXPECT_LT(intents<CommitLived>()[0].first, intents<CommitOutOfPolicy>()[0].first);
  (void)admission().recompute();
  EXPECT_EQ(admission().next_refresh(), parts->effects.now().mono + limits::kLivedSaved);
  pass(limits::kLivedSaved);
  (void)admission().recompute();
  take();
  EXPECT_EQ(intents<CommitLived>().size(), 1U);
}

TEST_F(AdmissionAlone, ItIsLookedAtAgainWhenTheGraceTimeEnds) {
  LogState state = held_log();
  state.out_since = UnixMillis{1'000};
  state.out_lived = hours(99) + minutes(3);
  begin(stored(state));
  (void)admission().recompute();
  EXPECT_EQ(admission().next_refresh(), kStart + limits::kTrustRefresh);
  admission().keep_for_grace(log());
  EXPECT_EQ(admission().next_refresh(), kStart + minutes(3));
}

TEST_F(AdmissionAlone, OfALogOfWhichNothingIsHeldNothingIsKept) {
  LogState state;
  state.id = kLog;
  begin(stored(state));
  admission().keep_for_grace(log());
  take();
  EXPECT_TRUE(outputs.empty());
  EXPECT_FALSE(log().state().out_since);
}

TEST_F(AdmissionAlone, WhatComesBackInTimeIsReadmittedAndStays) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  pass(minutes(59));
  take();
  admission().begin_admitted(kLog);
  admission().readmit_if_out(log());
  take();
  EXPECT_EQ(intents<CommitReadmission>().size(), 1U);
  EXPECT_FALSE(log().state().out_since);
  pass(hours(2));
  EXPECT_EQ(removals(), 0U);
}

TEST_F(AdmissionAlone, WhatComesBackBehindItsRemovalIsReadmittedOnlyIfThatFails) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  pass(hours(1));
  ASSERT_EQ(removals(), 1U);
  const IntentId removal = intents<CommitRemoval>()[0].first;
  PeerRecord pinned;
  pinned.node_key = NodeKey::from(Bytes(32, 'q'));
  pinned.log = kLog;
  parts->peers.pin(pinned);
  EXPECT_EQ(admission().recompute().added, (std::vector<LogId>{kLog, kOwn}));
  admission().begin_admitted(kLog);
  admission().readmit_if_out(log());
  take();
  EXPECT_TRUE(intents<CommitReadmission>().empty());
  parts->effects.answer({removal, fail(Code::kIo, "the disk does not answer")});
  take();
  EXPECT_EQ(intents<CommitReadmission>().size(), 1U);
  EXPECT_TRUE(parts->store.has_failed());
  EXPECT_FALSE(log().removing());
}

TEST_F(AdmissionAlone, WhatIsRemovedIsNotRemovedAgain) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  pass(hours(1));
  ASSERT_EQ(removals(), 1U);
  parts->effects.answer({intents<CommitRemoval>()[0].first, Answer(Done{})});
  EXPECT_EQ(log().held(), TreeSize(0));
  pass(hours(1));
  EXPECT_EQ(removals(), 0U);
}

}  // namespace
}  // namespace koinon::test::admission_test
