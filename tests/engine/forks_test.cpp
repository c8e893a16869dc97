// Two statements that cannot both be true, without a network: what freezes a log, what becomes of evidence
// that the store refuses, and which cursors wait for it.
#include "tests/engine/alone.h"

namespace koinon::engine::test {
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
  answer(commits[0].id, Answer(RunStored()));
  const auto reads = asked<ReadEvidence>();
  ASSERT_EQ(reads.size(), 1U) << "the other peer did not write it";
  const std::uint64_t before = one.bytes_out;
  answer(reads[0].id, Answer(EvidenceRead{{{commits[0].intent.evidence.evidence, std::nullopt}}}));
  EXPECT_GT(one.bytes_out, before);
  parts.forks.tell(one, log.id());
  look();
  EXPECT_TRUE(asked<ReadEvidence>().empty());
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

}  // namespace
}  // namespace koinon::engine::test
