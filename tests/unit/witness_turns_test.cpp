// Which witness is asked when and with which old size, after each answer that tlog-witness knows and after
// what is none; under a clock of the test.
#include "node/delivery/witness_turns.h"

#include <gtest/gtest.h>

namespace koinon::test::witness_turns_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using After = WitnessTurns::After;

WitnessableHead head_of(std::uint64_t size, const std::string& origin = "seoul.example/koinon/x") {
  WitnessableHead out;
  out.checkpoint.origin = origin;
  out.checkpoint.size = TreeSize(size);
  return out;
}

WitnessReply answer_of(WitnessSaid said, std::uint64_t size = 0) {
  WitnessReply out;
  out.said = said;
  out.size = TreeSize(size);
  return out;
}

class WitnessTurnsTest : public ::testing::Test {
 protected:
  WitnessTurnsTest() { turns_.on_head(head_of(5), now_); }

  // The one turn that is due; fails if there is none.
  WitnessTurns::Turn turn() {
    const auto due = turns_.take(now_);
    EXPECT_EQ(due.size(), 1U);
    return due.empty() ? WitnessTurns::Turn() : due.front();
  }
  bool is_quiet() { return turns_.take(now_).empty(); }
  After answer(WitnessSaid said, std::uint64_t size = 0) {
    return turns_.on_answer(0, answer_of(said, size), now_);
  }
  // Nobody is asked for so long, and then somebody is.
  void expect_pause(MonoTime pause) {
    EXPECT_TRUE(is_quiet());
    EXPECT_EQ(turns_.next(now_), now_ + pause);
    now_ += pause - std::chrono::milliseconds(1);
    EXPECT_TRUE(is_quiet());
    now_ += std::chrono::milliseconds(1);
  }

  MonoTime now_ = minutes(100);
  WitnessTurns turns_{1, {}};
};

TEST_F(WitnessTurnsTest, TheFirstRequestNamesNoOldSizeAndIsTheOnlyOneUntilItsAnswer) {
  const auto first = turn();
  EXPECT_EQ(first.old_size, TreeSize(0));
  EXPECT_EQ(first.head.checkpoint.size, TreeSize(5));
  turns_.on_head(head_of(9), now_);
  now_ += minutes(10);
  EXPECT_TRUE(is_quiet()) << "one request at a time";
  EXPECT_EQ(turns_.next(now_), std::nullopt);
}

TEST_F(WitnessTurnsTest, After200TheNextHeadNamesItsSizeAndWaitsForTheRound) {
  turn();
  EXPECT_EQ(answer(WitnessSaid::kCosigned), After::kDone);
  EXPECT_EQ(turns_.cosigned(0), TreeSize(5));
  EXPECT_EQ(turns_.next(now_), std::nullopt) << "it has the newest head";
  now_ += seconds(1);
  turns_.on_head(head_of(6), now_);
  turns_.on_head(head_of(8), now_);
  expect_pause(limits::kWitnessRound - seconds(1));
  const auto next = turn();
  EXPECT_EQ(next.old_size, TreeSize(5));
  EXPECT_EQ(next.head.checkpoint.size, TreeSize(8)) << "the newest alone";
}

TEST_F(WitnessTurnsTest, A409IsFollowedAtOnceToASmallerSizeAndToOursItself) {
  for (const std::uint64_t says : {3U, 5U}) {
    WitnessTurns turns(1, {});
    turns.on_head(head_of(5), now_);
    ASSERT_EQ(turns.take(now_).size(), 1U);
    EXPECT_EQ(turns.on_answer(0, answer_of(WitnessSaid::kOtherOld, says), now_), After::kAskAgain);
    const auto again = turns.take(now_);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again.front().old_size, TreeSize(says));
    EXPECT_EQ(again.front().head.checkpoint.size, TreeSize(5));
  }
}

TEST_F(WitnessTurnsTest, A409ThatForgotIsFollowedToZero) {
  turns_.believe(0, TreeSize(4));
  EXPECT_EQ(turn().old_size, TreeSize(4));
  EXPECT_EQ(answer(WitnessSaid::kOtherOld, 0), After::kAskAgain);
  EXPECT_EQ(turn().old_size, TreeSize(0));
}

TEST_F(WitnessTurnsTest, A409WithALargerSizeThanOursIsTriedLaterFromTheBeginning) {
  turn();
  EXPECT_EQ(answer(WitnessSaid::kOtherOld, 6), After::kAhead);
  expect_pause(limits::kWitnessLongPause);
  EXPECT_EQ(turn().old_size, TreeSize(0));
}

TEST_F(WitnessTurnsTest, A409WithTheSizeOfANewerHeadBringsThatHeadForward) {
  turn();
  turns_.on_head(head_of(9), now_);
  EXPECT_EQ(answer(WitnessSaid::kOtherOld, 7), After::kAskAgain);
  const auto again = turn();
  EXPECT_EQ(again.old_size, TreeSize(7));
  EXPECT_EQ(again.head.checkpoint.size, TreeSize(9));
}

TEST_F(WitnessTurnsTest, A409ThatSaysWhatWeSaidIsAFailure) {
  turn();
  EXPECT_EQ(answer(WitnessSaid::kOtherOld, 0), After::kFailed);
  expect_pause(limits::kWitnessBackoff);
}

TEST_F(WitnessTurnsTest, A409WithAnotherSizeEachTimeIsFollowedOnlySoOften) {
  for (unsigned i = 1; i <= limits::kWitnessCalibrations; ++i) {
    turn();
    EXPECT_EQ(answer(WitnessSaid::kOtherOld, i), After::kAskAgain) << i;
  }
  turn();
  EXPECT_EQ(answer(WitnessSaid::kOtherOld, 4), After::kFailed);
  expect_pause(limits::kWitnessBackoff);
  EXPECT_EQ(turn().old_size, TreeSize(0));
}

TEST_F(WitnessTurnsTest, After400And422WhatWasBelievedIsForgotten) {
  turns_.believe(0, TreeSize(4));
  EXPECT_EQ(turn().old_size, TreeSize(4));
  EXPECT_EQ(answer(WitnessSaid::kRefused), After::kFailed);
  expect_pause(limits::kWitnessBackoff);
  EXPECT_EQ(turn().old_size, TreeSize(0)) << "the next 409 says it";
}

TEST_F(WitnessTurnsTest, After403And404ThePauseIsLongAndWhatIsBelievedStays) {
  turns_.believe(0, TreeSize(4));
  turn();
  EXPECT_EQ(answer(WitnessSaid::kUnknown), After::kFailed);
  turns_.on_head(head_of(7), now_);
  expect_pause(limits::kWitnessLongPause);
  const auto next = turn();
  EXPECT_EQ(next.old_size, TreeSize(4));
  EXPECT_EQ(next.head.checkpoint.size, TreeSize(7));
}

TEST_F(WitnessTurnsTest, FailuresInARowDoubleThePauseUpToItsLimit) {
  MonoTime expected = limits::kWitnessBackoff;
  for (int i = 0; i < 40; ++i) {
    turn();
    EXPECT_EQ(answer(WitnessSaid::kFailed), After::kFailed);
    expect_pause(expected);
    expected = std::min<MonoTime>(2 * expected, limits::kWitnessBackoffMax);
  }
  turn();
  EXPECT_EQ(answer(WitnessSaid::kCosigned), After::kDone);
  turns_.on_head(head_of(6), now_);
  turn();
  EXPECT_EQ(answer(WitnessSaid::kFailed), After::kFailed);
  expect_pause(limits::kWitnessBackoff);
}

TEST_F(WitnessTurnsTest, TheWitnessMayAskForALongerPauseButNotForAnEndlessOne) {
  turn();
  WitnessReply busy = answer_of(WitnessSaid::kFailed);
  busy.not_before = seconds(60);
  EXPECT_EQ(turns_.on_answer(0, busy, now_), After::kFailed);
  expect_pause(seconds(60));
  turn();
  busy.not_before = seconds(1'000'000);
  EXPECT_EQ(turns_.on_answer(0, busy, now_), After::kFailed);
  expect_pause(limits::kWitnessBackoffMax);
}

TEST_F(WitnessTurnsTest, AfterARecoveryAllBeginsAnewUnderTheNewOrigin) {
  turns_.believe(0, TreeSize(4));
  turn();
  turns_.on_head(head_of(3, "seoul.example/koinon/x/1"), now_);
  EXPECT_EQ(answer(WitnessSaid::kCosigned), After::kAskAgain) << "that was the other origin";
  EXPECT_EQ(turns_.cosigned(0), TreeSize(0));
  const auto next = turn();
  EXPECT_EQ(next.old_size, TreeSize(0));
  EXPECT_EQ(next.head.checkpoint.size, TreeSize(3));
}

TEST_F(WitnessTurnsTest, ASmallerHeadOfTheSameOriginIsPassedOver) {
  turns_.on_head(head_of(4), now_ + minutes(1));
  EXPECT_EQ(turn().head.checkpoint.size, TreeSize(5));
}

TEST(WitnessTurnsOfSeveral, OneThatHangsHoldsUpNoOther) {
  WitnessTurns turns(3, {});
  MonoTime now = minutes(1);
  turns.on_head(head_of(5), now);
  ASSERT_EQ(turns.take(now).size(), 3U);
  turns.on_answer(1, answer_of(WitnessSaid::kCosigned), now);
  turns.on_answer(2, answer_of(WitnessSaid::kFailed), now);
  now += limits::kWitnessRound;
  turns.on_head(head_of(6), now);
  const auto due = turns.take(now);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].witness, 1U);
  EXPECT_EQ(due[1].witness, 2U);
}

}  // namespace
}  // namespace koinon::test::witness_turns_test
