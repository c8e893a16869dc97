// Two statements that cannot both be true, without a network: what freezes a log, what becomes of evidence
// that the store refuses, and which cursors wait for it.
#include "tests/engine/alone.h"

namespace koinon::engine::test::forks_test {
namespace {

// Milan, whose log forks, and two peers that show heads of it.
class ForksAlone : public Alone {
 protected:
  ForksAlone() : Alone(pinned({kMilan, kOslo})) {}
  void SetUp() override { look(); }

  // Its journal tells of the log in row 5.
  Link& meet(char number) {
    Link& link = connect(number);
    parts.cursors.pass(link, JournalSeq(5));
    parts.cursors.open(link, log.id(), JournalSeq(5));
    return link;
  }
  Offer offer(const Link& source, std::uint64_t size, char root) const {
    Offer out;
    out.log = log.id();
    out.identity = kMilan;
    out.head = {TreeSize(size), key_of<Hash>(root), Bytes("head ") + root};
    out.source = source.id;
    out.row = JournalSeq(5);
    return out;
  }
  // Each peer shows another head of three entries.
  void fork() {
    parts.offers.keep(log, offer(one, 3, 'a'));
    ASSERT_TRUE(parts.forks.freeze_if_forked(log, offer(other, 3, 'b')));
    parts.cursors.settle(other.id, log.id(), JournalSeq(5));
    look();
  }

  // Evidence against Milan; which contradiction it is says the mark.
  static v1::Evidence evidence(char mark) {
    v1::Evidence out;
    out.set_log_id(kMilan.log_id().bytes());
    out.set_first(std::string(1, mark));
    return out;
  }
  static EvidenceVerified verified(char mark) {
    return {KeyHistory(kMilan), false, false, mark_of(evidence(mark)), evidence(mark)};
  }
  std::size_t evidence_told_to(const Link& link) {
    const auto& said = said_to(link);
    return static_cast<std::size_t>(
        std::count_if(said.begin(), said.end(), [](const v1::Frame& frame) { return frame.has_evidence(); }));
  }

  Log& log = parts.logs.create(kMilan, kMilan.log_id());
  Link& one = meet('\1');
  Link& other = meet('\2');
};

TEST_F(ForksAlone, TwoHeadsOfOneSizeFreezeTheLog) {
  fork();
  EXPECT_TRUE(log.state().frozen);
  EXPECT_TRUE(parts.offers.all(log).empty()) << "nothing more is taken of it";
  const auto commits = asked<CommitEvidence>();
  ASSERT_EQ(commits.size(), 1U);
  EXPECT_EQ(commits[0].intent.evidence.log, log.id());
  EXPECT_EQ(told(Event::Kind::kForked), 0U) << "it is not kept yet";
  answer(commits[0].id, Answer(RunStored()));
  EXPECT_EQ(told(Event::Kind::kForked), 1U);
}

TEST_F(ForksAlone, HeadsOfTwoSizesAndOneHeadTwiceSayNothing) {
  parts.offers.keep(log, offer(one, 3, 'a'));
  EXPECT_FALSE(parts.forks.freeze_if_forked(log, offer(other, 4, 'b')));
  EXPECT_FALSE(parts.forks.freeze_if_forked(log, offer(other, 3, 'a')));
  EXPECT_FALSE(log.state().frozen);
}

TEST_F(ForksAlone, TheHeadOfAPushThatNobodyHasVerifiedContradictsNothing) {
  v1::Chunk chunk;
  chunk.add_records()->set_entry("genesis");
  ASSERT_TRUE(parts.fetcher.take_push(one, log, offer(one, 1, 'a'), chunk, 100).ok());
  EXPECT_FALSE(parts.forks.freeze_if_forked(log, offer(other, 1, 'b')));
  EXPECT_FALSE(log.state().frozen);
}

TEST_F(ForksAlone, EvidenceThatIsRefusedForWantOfRoomIsGivenAgain) {
  fork();
  const auto first = asked<CommitEvidence>();
  ASSERT_EQ(first.size(), 1U);
  answer(first[0].id, fail(Code::kDiskFull, "the disk is full"));
  EXPECT_EQ(told(Event::Kind::kForked), 0U);
  EXPECT_EQ(told(Event::Kind::kStoreFailed), 1U);
  parts.forks.store_again();
  look();
  const auto again = asked<CommitEvidence>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].intent.evidence.evidence, first[0].intent.evidence.evidence);
  parts.forks.store_again();
  look();
  EXPECT_TRUE(asked<CommitEvidence>().empty()) << "it is under way already";
  answer(again[0].id, Answer(RunStored()));
  EXPECT_EQ(told(Event::Kind::kForked), 1U);
  parts.forks.store_again();
  look();
  EXPECT_TRUE(asked<CommitEvidence>().empty()) << "it is kept";
}

TEST_F(ForksAlone, NoCursorMovesWhileEvidenceIsNotKept) {
  fork();
  EXPECT_TRUE(asked<CommitCursor>().empty());
  const auto first = asked<CommitEvidence>();
  ASSERT_EQ(first.size(), 1U);
  answer(first[0].id, fail(Code::kDiskFull, "the disk is full"));
  EXPECT_TRUE(asked<CommitCursor>().empty()) << "after a crash nothing would be left of the fork";
  parts.forks.store_again();
  look();
  const auto again = asked<CommitEvidence>();
  ASSERT_EQ(again.size(), 1U);
  answer(again[0].id, Answer(RunStored()));
  const auto cursors = asked<CommitCursor>();
  ASSERT_EQ(cursors.size(), 2U);
  for (const auto& cursor : cursors) EXPECT_EQ(cursor.intent.cursor.seq, JournalSeq(5));
}

TEST_F(ForksAlone, EvidenceThatTheStoreWillNeverTakeHoldsNoCursor) {
  fork();
  const auto commits = asked<CommitEvidence>();
  ASSERT_EQ(commits.size(), 1U);
  answer(commits[0].id, fail(Code::kConflict, "the log is removed"));
  EXPECT_EQ(asked<CommitCursor>().size(), 2U);
  parts.forks.store_again();
  look();
  EXPECT_TRUE(asked<CommitEvidence>().empty());
}

TEST_F(ForksAlone, TheAuthorOfTheLogIsShownTheEvidenceOnce) {
  one.peer_log = log.id();
  fork();
  const auto commits = asked<CommitEvidence>();
  ASSERT_EQ(commits.size(), 1U);
  answer(commits[0].id, Answer(RunStored{JournalSeq(6)}));
  const auto reads = asked<ReadEvidence>();
  ASSERT_EQ(reads.size(), 1U) << "the other peer did not write it";
  const Answer kept = EvidenceRead{{{commits[0].intent.evidence.evidence, std::nullopt}}};
  answer(reads[0].id, kept);
  EXPECT_EQ(evidence_told_to(one), 1U);
  parts.forks.tell(one, log.id());
  look();
  const auto again = asked<ReadEvidence>();
  ASSERT_EQ(again.size(), 1U);
  answer(again[0].id, kept);
  EXPECT_EQ(evidence_told_to(one), 0U);
}

TEST_F(ForksAlone, EvidenceThatIsNotKeptYetIsShownLater) {
  parts.forks.tell(one, log.id());
  look();
  const auto reads = asked<ReadEvidence>();
  ASSERT_EQ(reads.size(), 1U);
  answer(reads[0].id, Answer(EvidenceRead()));
  parts.forks.tell(one, log.id());
  look();
  EXPECT_EQ(asked<ReadEvidence>().size(), 1U);
}

// The first one was thawed, or a recovery has voided it.
TEST_F(ForksAlone, ASecondContradictionIsToldToo) {
  for (const char mark : {'a', 'b'}) {
    parts.forks.tell(one, log.id());
    look();
    const auto reads = asked<ReadEvidence>();
    ASSERT_EQ(reads.size(), 1U);
    answer(reads[0].id, Answer(EvidenceRead{{{evidence(mark).SerializeAsString(), std::nullopt}}}));
    EXPECT_EQ(evidence_told_to(one), 1U);
  }
}

TEST_F(ForksAlone, APeerIsTheFirstToKnowOfWhatItShows) {
  parts.forks.on_evidence(one, evidence('a'));
  look();
  const auto checks = asked<VerifyEvidence>();
  ASSERT_EQ(checks.size(), 1U);
  answer(checks[0].id, Answer(verified('a')));
  parts.forks.tell(one, log.id());
  look();
  const auto reads = asked<ReadEvidence>();
  ASSERT_EQ(reads.size(), 1U);
  answer(reads[0].id, Answer(EvidenceRead{{{evidence('a').SerializeAsString(), std::nullopt}}}));
  EXPECT_EQ(evidence_told_to(one), 0U);
}

TEST_F(ForksAlone, WhatIsShownWhileAnotherIsJudgedIsJudgedAfterIt) {
  for (const char mark : {'a', 'b', 'c'}) parts.forks.on_evidence(one, evidence(mark));
  EXPECT_GE(one.unverified, 2U);
  look();
  const auto first = asked<VerifyEvidence>();
  ASSERT_EQ(first.size(), 1U);
  answer(first[0].id, Answer(verified('a')));
  const auto second = asked<VerifyEvidence>();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].intent.evidence.first(), "c") << "the newest";
  answer(second[0].id, Answer(verified('c')));
  EXPECT_EQ(one.unverified, 0U);
  EXPECT_TRUE(asked<VerifyEvidence>().empty());
}

TEST_F(ForksAlone, WhatSaidNothingNewIsNotVerifiedAgain) {
  parts.forks.on_evidence(one, evidence('a'));
  look();
  const auto checks = asked<VerifyEvidence>();
  ASSERT_EQ(checks.size(), 1U);
  parts.forks.remember({{log.id(), mark_of(evidence('a'))}});
  answer(checks[0].id, Answer(verified('a')));
  EXPECT_FALSE(log.state().frozen) << "the operator knows it";
  for (int i = 0; i < 3; ++i) parts.forks.on_evidence(one, evidence('a'));
  look();
  EXPECT_TRUE(asked<VerifyEvidence>().empty());
  parts.forks.on_evidence(one, evidence('b'));
  look();
  EXPECT_EQ(asked<VerifyEvidence>().size(), 1U) << "another one is";
}

TEST_F(ForksAlone, EvidenceOfALogOfWhichNothingIsKnownFreezesIt) {
  const LogId id = kOslo.log_id();
  ASSERT_EQ(parts.logs.find(id), nullptr);
  v1::Evidence shown = evidence('a');
  shown.set_log_id(id.bytes());
  parts.forks.on_evidence(one, shown);
  look();
  const auto checks = asked<VerifyEvidence>();
  ASSERT_EQ(checks.size(), 1U);
  EvidenceVerified proven = verified('a');
  proven.keys = KeyHistory(kOslo);
  proven.normal = shown;
  answer(checks[0].id, Answer(proven));
  ASSERT_NE(parts.logs.find(id), nullptr);
  EXPECT_TRUE(parts.logs.at(id).state().frozen);
  const auto commits = asked<CommitEvidence>();
  ASSERT_EQ(commits.size(), 1U);
  answer(commits[0].id, Answer(RunStored()));
  EXPECT_EQ(asked<ReadEvidence>().size(), 2U) << "it has no row: all are told at once";
}

TEST_F(ForksAlone, EvidenceOfALogThatNobodyFollowsIsNoneOfOurs) {
  v1::Evidence shown = evidence('a');
  shown.set_log_id(kRome.log_id().bytes());
  parts.forks.on_evidence(one, shown);
  look();
  EXPECT_TRUE(asked<VerifyEvidence>().empty());
}

TEST_F(ForksAlone, WhoFollowsIsToldOfAllForksWhateverItsCursorHasPassed) {
  fork();
  look();
  parts.broadcast.on_follow(other, v1::Follow());
  look();
  const auto reads = asked<ReadEvidence>();
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_EQ(reads[0].intent.log, log.id());
}

TEST_F(ForksAlone, AQueueThatIsFullIsWaitedFor) {
  fork();
  other.queued = limits::kSendQueueBytes + 1;
  parts.forks.tell(other, log.id());
  look();
  EXPECT_TRUE(asked<ReadEvidence>().empty());
  other.queued = 0;
  parts.broadcast.go_on(other);
  look();
  EXPECT_EQ(asked<ReadEvidence>().size(), 1U);
}

TEST_F(ForksAlone, WhoAsksForALogByNameIsToldOnceMore) {
  fork();
  std::size_t told = 0;
  for (int i = 0; i < 4; ++i) {
    parts.forks.tell_by_name(one, log.id());
    look();
    const auto reads = asked<ReadEvidence>();
    if (reads.empty()) continue;
    answer(reads[0].id, Answer(EvidenceRead{{{evidence('a').SerializeAsString(), std::nullopt}}}));
    told += evidence_told_to(one);
  }
  EXPECT_EQ(told, 2U);
}

}  // namespace
}  // namespace koinon::engine::test::forks_test
