// Whether this node may sign, where several threads ask and say so.
#include "node/publishing/signing_standing.h"

#include <gtest/gtest.h>

namespace koinon::test::signing_standing_test {
namespace {

SigningNow says(SigningState state) {
  SigningNow out;
  out.view.state = state;
  return out;
}

TEST(SigningStanding, AsksUntilTheEngineHasSaidAnything) {
  SigningStanding signing;
  EXPECT_TRUE(signing.waits());
  EXPECT_FALSE(signing.take_asked());
  signing.set(says(SigningState::kSigns));
  EXPECT_FALSE(signing.waits());
}

TEST(SigningStanding, OfAMachineThatGoesOnAYesOfBeforeDoesNotCount) {
  SigningStanding signing;
  signing.set(says(SigningState::kSigns));
  signing.ask_anew();
  EXPECT_TRUE(signing.waits()) << "whoever has noticed it, for all threads";
  signing.set(says(SigningState::kSigns));
  EXPECT_TRUE(signing.waits()) << "the engine was not told yet";
  ASSERT_TRUE(signing.take_asked());
  EXPECT_FALSE(signing.take_asked()) << "once";
  signing.set(says(SigningState::kAsks));
  EXPECT_TRUE(signing.waits());
  signing.set(says(SigningState::kSigns));
  EXPECT_FALSE(signing.waits());
}

// The mark follows this answer, and not the engine's.
TEST(SigningStanding, SaysWhetherAYesCounts) {
  SigningStanding signing;
  EXPECT_TRUE(signing.set(says(SigningState::kSigns)));
  EXPECT_FALSE(signing.set(says(SigningState::kAsks)));
  signing.ask_anew();
  EXPECT_EQ(signing.as_it_counts(says(SigningState::kSigns)).view.state, SigningState::kAsks);
  EXPECT_FALSE(signing.set(says(SigningState::kSigns)));
  ASSERT_TRUE(signing.take_asked());
  EXPECT_EQ(signing.as_it_counts(says(SigningState::kSigns)).view.state, SigningState::kSigns);
  EXPECT_TRUE(signing.waits()) << "it was asked for, not said";
  EXPECT_TRUE(signing.set(says(SigningState::kSigns)));
}

TEST(SigningStanding, WhatComesWhileTheEngineAsksIsAskedAgain) {
  SigningStanding signing;
  signing.ask_anew();
  ASSERT_TRUE(signing.take_asked());
  signing.ask_anew();
  signing.set(says(SigningState::kSigns));
  EXPECT_TRUE(signing.waits());
  ASSERT_TRUE(signing.take_asked());
  signing.set(says(SigningState::kSigns));
  EXPECT_FALSE(signing.waits());
}

TEST(SigningStanding, AnythingButYesIsSaidAsItIs) {
  SigningStanding signing;
  signing.set(says(SigningState::kTwin));
  signing.ask_anew();
  EXPECT_EQ(signing.now().view.state, SigningState::kTwin);
  signing.set(says(SigningState::kBehind));
  EXPECT_EQ(signing.now().view.state, SigningState::kBehind);
}

TEST(SigningStanding, ATwinDoesNotHideThatOurLogIsComingBack) {
  SigningStanding signing;
  EXPECT_FALSE(signing.may_lack_withdrawals());
  SigningNow now = says(SigningState::kTwin);
  now.view.pulls_back = true;
  signing.set(now);
  EXPECT_TRUE(signing.may_lack_withdrawals());
  signing.set(says(SigningState::kSigns));
  EXPECT_FALSE(signing.may_lack_withdrawals());
}

TEST(SigningStanding, SaysWhereNoPeerHasABeginningOfTheLog) {
  SigningNow now = says(SigningState::kAsks);
  now.view.rolled_back = true;
  const auto why = why_not_signed(now);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->id, "signing.no_beginning");
  now.view.held = TreeSize(1);
  EXPECT_NE(why_not_signed(now)->id, "signing.no_beginning");
  now.view.held = TreeSize(0);
  now.waits_for = {"Oslo"};
  EXPECT_NE(why_not_signed(now)->id, "signing.no_beginning") << "Oslo may have it";
}

TEST(SigningStanding, WhatTheRecoveryKeepsIsAskedOfThePeersThatArePinned) {
  SigningNow now = says(SigningState::kBehind);
  now.view.shown = TreeSize(6);
  now.view.recovery_keeps = true;
  EXPECT_EQ(why_not_signed(now)->id, "signing.nobody_to_fetch_from");
  now.waits_for = {"aaa.example", "bbb.example"};
  EXPECT_EQ(why_not_signed(now)->message,
            "nothing is signed until the 6 entries that the recovery keeps are here; asked of: aaa.example, "
            "bbb.example");
  now.view.recovery_keeps = false;
  EXPECT_EQ(why_not_signed(now)->id, "signing.fetching");
  now.shown_by = "milan.example";
  EXPECT_EQ(why_not_signed(now)->id, "signing.behind");
}

}  // namespace
}  // namespace koinon::test::signing_standing_test
