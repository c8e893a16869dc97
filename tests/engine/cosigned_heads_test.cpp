// What is remembered of cosigned heads, and the rows that say of them.
#include "tests/engine/cosigned_alone.h"

namespace koinon::engine::test::cosigned_heads_test {
namespace {

class CosignedHeadsAlone : public CosignedAlone {
 protected:
  using CosignedAlone::CosignedAlone;
};

TEST_F(CosignedHeadsAlone, AnswersOfTheStoreThatComeOutOfOrderLoseNoLine) {
  const std::uint64_t first = parts.cosigned.begin_change();
  const std::uint64_t second = parts.cosigned.begin_change();
  parts.cosigned.took(kMilan.log_id(), second, {brief(3, {7, 8})});
  parts.cosigned.took(kMilan.log_id(), first, {brief(3, {7})});
  ASSERT_EQ(parts.cosigned.of(kMilan.log_id()).size(), 1U);
  EXPECT_EQ(parts.cosigned.of(kMilan.log_id())[0].key_ids.size(), 2U);
}

TEST_F(CosignedHeadsAlone, WhatWasRemovedIsForgottenAndWhatWeSignedIsNot) {
  parts.cosigned.set_last(kMilan.log_id(), point(3));
  kept(kMilan, {brief(3, {7})});
  const std::uint64_t under_way = parts.cosigned.begin_change();
  parts.cosigned.forget(kMilan.log_id());
  parts.cosigned.took(kMilan.log_id(), under_way, {brief(3, {7})});
  EXPECT_TRUE(parts.cosigned.of(kMilan.log_id()).empty()) << "the store removed it since";
  EXPECT_EQ(parts.cosigned.last(kMilan.log_id()), point(3));
  pass(limits::kSetRowEvery);
  EXPECT_TRUE(asked<CommitSetRow>().empty());
}

TEST_F(CosignedHeadsAlone, MoreLinesMakeARowOnceAMinuteAtMost) {
  kept(kMilan, {brief(3)});
  pass(limits::kSetRowDelay);
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "nobody has signed it";
  kept(kMilan, {brief(3, {7})});
  pass(limits::kSetRowDelay - std::chrono::milliseconds(1));
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "those that come with the first share its row";
  kept(kMilan, {brief(3, {7, 8})});
  pass(std::chrono::milliseconds(1));
  ASSERT_EQ(asked<CommitSetRow>().size(), 1U);
  answer(asked<CommitSetRow>()[0].id, Answer(RunStored{JournalSeq(20), {}}));
  kept(kMilan, {brief(3, {7, 8, 9})});
  kept(kOslo, {brief(2, {7})});
  pass(limits::kSetRowDelay);
  ASSERT_EQ(asked<CommitSetRow>().size(), 1U) << "each log by itself";
  EXPECT_EQ(asked<CommitSetRow>()[0].intent.log, kOslo.log_id());
  pass(limits::kSetRowEvery - limits::kSetRowDelay - std::chrono::milliseconds(1));
  EXPECT_TRUE(asked<CommitSetRow>().empty());
  pass(std::chrono::milliseconds(1));
  ASSERT_EQ(asked<CommitSetRow>().size(), 1U);
  EXPECT_EQ(asked<CommitSetRow>()[0].intent.log, kMilan.log_id());
  kept(kMilan, {brief(3, {7, 8, 9})});
  pass(2 * limits::kSetRowEvery);
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "there are no more";
}

TEST_F(CosignedHeadsAlone, WhoKnowsTheRowWasToldOfTheHeads) {
  const LogId id = kMilan.log_id();
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(0), JournalSeq(1)));
  kept(kMilan, {brief(3)});
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(0), JournalSeq(1))) << "nobody has signed it";
  kept(kMilan, {brief(3, {7})});
  pass(limits::kSetRowDelay);
  answer(asked<CommitSetRow>().at(0).id, Answer(RunStored{JournalSeq(20), {}}));
  const auto told = parts.cosigned.news(id, JournalSeq(19), JournalSeq(20));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->cosigned_heads().heads(0).key_ids().size(), 4U);
  EXPECT_TRUE(parts.cosigned.news(id, JournalSeq(5), JournalSeq(30)));
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(20), JournalSeq(30))) << "a new head says nothing of them";
}

TEST_F(CosignedHeadsAlone, OfOurOwnLogWhoeverIsNewHearsWhatIsPutUp) {
  kept(kRome, {brief(4)});
  EXPECT_TRUE(parts.cosigned.news(kRome.log_id(), JournalSeq(0), JournalSeq(9)));
  EXPECT_FALSE(parts.cosigned.news(kRome.log_id(), JournalSeq(9), JournalSeq(12)));
}

class AfterARestart : public CosignedHeadsAlone {
 protected:
  static StoreState state() {
    StoreState out = rome_holds({state_of(kMilan, 3, 1)});
    out.cosigned = {{kMilan.log_id(), point(2), {brief(3, {7})}}};
    return out;
  }
  AfterARestart() : CosignedHeadsAlone(state()) {}
};

// What became more before the restart had no row yet: the next one tells of it, and then no other.
TEST_F(AfterARestart, TheFirstRowTellsOfWhatTheStoreKeptAndNoneAfterIt) {
  const LogId id = kMilan.log_id();
  EXPECT_EQ(parts.cosigned.last(id), point(2));
  EXPECT_TRUE(parts.cosigned.news(id, JournalSeq(1), JournalSeq(30)));
  EXPECT_TRUE(parts.cosigned.news(id, JournalSeq(0), JournalSeq(30))) << "each follower";
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(30), JournalSeq(31)));
  pass(limits::kSetRowEvery);
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "a start makes no rows";
}

}  // namespace
}  // namespace koinon::engine::test::cosigned_heads_test
