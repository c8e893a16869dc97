// The mark of a running node: what it says at the next start, whatever happened in this one.
#include "tests/unit/signing_mark_fixture.h"

namespace koinon::test::signing_mark_test {
namespace {

class SigningMarkTest : public SigningMarkFixture {};

TEST_F(SigningMarkTest, AgreesAfterARestartAndAfterAKill) { expect_agreement_after_a_kill(); }

TEST_F(SigningMarkTest, AnOlderStoreIsBehind) {
  store.keep_copy();
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(SigningMarkTest, ARecoveryOfAllThatWasSignedAgreesWhereverTheStartIsCutShort) {
  ASSERT_TRUE(sign().ok());
  store.keep_copy();
  take_back(2);
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees) << "nothing was written yet";
  ASSERT_TRUE(running->before_epoch(store, Epoch()).ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees) << "and now it was";
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind) << "a copy of before it";
}

TEST_F(SigningMarkTest, ARecoveryOfLessIsNoReasonToSign) {
  ASSERT_TRUE(sign().ok());
  take_back(1);
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
}

// The mark names the store as it was opened, or what is long past: neither may be named as the state before.
TEST_F(SigningMarkTest, ThatDidNotAgreeNamesNothingUntilItIsWrittenAnew) {
  store.keep_copy();
  ASSERT_TRUE(sign().ok());
  std::filesystem::remove(in_folder());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  killed = true;
  EXPECT_FALSE(sign().ok());
  killed = false;
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  ASSERT_TRUE(sign().ok()) << "and it keeps nothing from being signed";
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, ThatCannotBeWrittenIsTakenAwayAndSigningGoesOn) {
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  store.keep_copy();
  EXPECT_FALSE(running->is_lost());
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(sign().ok());
  EXPECT_TRUE(running->is_lost());
  EXPECT_FALSE(std::filesystem::exists(in_folder()));
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone) << "the old one would agree with an old store";
}

TEST_F(SigningMarkTest, IsWrittenAgainAsSoonAsItCanBe) {
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  ASSERT_TRUE(sign().ok());
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  ASSERT_TRUE(sign().ok());
  EXPECT_FALSE(running->is_lost());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, WhoseFolderIsGoneKeepsNothingFromBeingSigned) {
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(sign().ok());
  EXPECT_TRUE(sign().ok());
}

TEST_F(SigningMarkTest, ThatCanBeNeitherWrittenNorTakenAwayRefusesTheSignature) {
  block(in_folder());
  const Status refused = sign();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_NE(refused.error().text().find("neither written nor removed"), std::string::npos);
  std::filesystem::remove_all(in_folder());
  EXPECT_TRUE(sign().ok()) << "as soon as it can be written";
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

// It lies there still, and agrees with an old copy of the store as soon as its folder is chosen again.
TEST_F(SigningMarkTest, OfAnotherFolderThatCannotBeRemovedRefusesTheSignature) {
  running.reset();
  block(elsewhere());
  start();
  EXPECT_TRUE(running->is_lost());
  for (int i = 0; i < 2; ++i) {
    const Status refused = sign();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kUnavailable);
    EXPECT_NE(refused.error().text().find(elsewhere().string()), std::string::npos);
  }
  std::filesystem::remove_all(elsewhere());
  EXPECT_TRUE(sign().ok()) << "as soon as it is removed";
  EXPECT_FALSE(running->is_lost());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, WithoutAFolderItIsLostAndSigningGoesOn) {
  running.reset();
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  start();
  EXPECT_TRUE(running->is_lost());
  EXPECT_TRUE(sign().ok());
  EXPECT_TRUE(running->is_lost());
}

TEST_F(SigningMarkTest, WhoWasAskingWhenItEndedAsksAgain) {
  ASSERT_TRUE(running->ask_anew().ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  ASSERT_TRUE(running->ask_anew().ok()) << "again, with this start";
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  ASSERT_TRUE(running->mark_now(store).ok()) << "peers have answered";
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkTest, OfWhoWasAskingProvesAnOlderStoreStill) {
  store.keep_copy();
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(running->ask_anew().ok());
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(SigningMarkTest, ThatCannotSayThatPeersAreAskedIsTakenAway) {
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_TRUE(running->ask_anew().ok());
  EXPECT_FALSE(std::filesystem::exists(in_folder()));
}

TEST_F(SigningMarkTest, ThatIsNotThereHasNothingToTakeBack) {
  std::filesystem::remove(in_folder());
  EXPECT_TRUE(running->ask_anew().ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
}

}  // namespace
}  // namespace koinon::test::signing_mark_test
