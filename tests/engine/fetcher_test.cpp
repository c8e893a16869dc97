// Who offers more of a log, and how it is fetched, without a network: whom is asked, what is given to the
// store in which order, who is asked instead.
#include "tests/engine/alone.h"

namespace koinon::engine::test::fetcher_test {
namespace {

// Two peers show heads of Milan's log, of which two entries are held.
class FetcherAlone : public Alone {
 protected:
  FetcherAlone() : Alone(pinned({kMilan, kOslo}, {state_of(kMilan, 2, 1)})) {}

  Offer offer(const Link& source, std::uint64_t size, std::uint64_t row = 0) const {
    Offer out;
    out.log = log.id();
    out.identity = kMilan;
    out.head = {TreeSize(size), key_of<Hash>('r'), "a head"};
    out.source = source.id;
    out.row = JournalSeq(row);
    return out;
  }
  void show(const Link& source, std::uint64_t size) {
    parts.offers.keep(log, offer(source, size));
    parts.fetcher.schedule(log);
    look();
  }
  // The Get that was said to the link last; a number of 0: none.
  v1::Get get_of(const Link& link) { return last_said(link, &v1::Frame::has_get, &v1::Frame::get); }
  static v1::Chunk chunk(std::uint64_t request_id, std::uint64_t from, int records, bool last) {
    v1::Chunk out;
    out.set_request_id(request_id);
    out.set_from(from);
    out.set_last(last);
    for (int i = 0; i < records; ++i) out.add_records()->set_entry("an entry");
    return out;
  }
  void come(Link& link, v1::Chunk next) {
    parts.fetcher.on_chunk(link, std::move(next), 100);
    look();
  }
  // A run of one entry from `from` on, proven to continue what is before it.
  static RunVerified run(std::uint64_t from) {
    RunVerified out;
    CompactRange before;
    for (std::uint64_t i = 0; i < from; ++i) before.append(key_of<Hash>('e'));
    out.left = before.hashes();
    out.records.push_back({EntryIndex(from), "an entry", {}, BodyState::kHeld, {}});
    out.leaves.push_back(key_of<Hash>('e'));
    out.after = before;
    out.after.append(key_of<Hash>('e'));
    return out;
  }

  Log& log = parts.logs.at(kMilan.log_id());
  Link& one = connect('\1');
  Link& other = connect('\2');
};

// --- Offers ---

TEST_F(FetcherAlone, TheLargestOfferIsTheBestAndWhoIsSlowComesAfterAll) {
  Offers& offers = parts.offers;
  EXPECT_EQ(offers.best(log), nullptr);
  offers.keep(log, offer(one, 2));
  EXPECT_EQ(offers.best(log), nullptr) << "so much is held";
  offers.keep(log, offer(one, 9));
  offers.keep(log, offer(other, 5));
  ASSERT_NE(offers.best(log), nullptr);
  EXPECT_EQ(offers.best(log)->source, one.id);
  parts.peers.note_slow(one.peer);
  EXPECT_EQ(offers.best(log)->source, other.id);
  cut(other);
  ASSERT_NE(offers.best(log), nullptr) << "rather the slow one than nobody";
  EXPECT_EQ(offers.best(log)->source, one.id);
  EXPECT_EQ(offers.wrong_list(parts.logs), "");
}

TEST_F(FetcherAlone, ASmallerHeadTakesNothingBackUnlessALaterRowSaysSo) {
  Offers& offers = parts.offers;
  offers.keep(log, offer(one, 9, 4));
  offers.keep(log, offer(one, 5, 3));
  EXPECT_EQ(offers.of(log, one.id)->head.size, TreeSize(9));
  offers.keep(log, offer(one, 10));
  EXPECT_EQ(offers.of(log, one.id)->head.size, TreeSize(10)) << "outside the journal";
  EXPECT_EQ(offers.of(log, one.id)->row, JournalSeq(4)) << "the row is still to be settled";
  offers.keep(log, offer(one, 5, 6));
  EXPECT_EQ(offers.of(log, one.id)->head.size, TreeSize(5));
  EXPECT_EQ(offers.of(log, one.id)->row, JournalSeq(6));
}

TEST_F(FetcherAlone, WhatTheLogHasReachedIsNoOfferAnyMore) {
  parts.offers.keep(log, offer(one, 2));
  parts.offers.keep(log, offer(other, 3));
  const auto reached = parts.offers.take_reached(log);
  ASSERT_EQ(reached.size(), 1U);
  EXPECT_EQ(reached[0].source, one.id);
  EXPECT_TRUE(parts.offers.logs_of(one).empty());
  EXPECT_EQ(parts.offers.logs_of(other), (std::set<LogId>{log.id()}));
}

// --- Fetcher ---

TEST_F(FetcherAlone, ALogIsAskedOfOnePeerAtATime) {
  show(one, 5);
  EXPECT_EQ(get_of(one).from(), 2U);
  EXPECT_EQ(get_of(one).to(), 5U);
  EXPECT_EQ(get_of(one).size(), 5U);
  show(other, 9);
  EXPECT_EQ(get_of(other).request_id(), 0U);
  EXPECT_EQ(get_of(one).request_id(), 0U);
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(FetcherAlone, NothingIsAskedWhileTheStoreFails) {
  parts.store.note_failure(log.id(), fail(Code::kDiskFull, "the disk is full"));
  show(one, 5);
  EXPECT_EQ(get_of(one).request_id(), 0U);
  begin(parts.store.retry_at());
  ASSERT_TRUE(parts.store.begin_try());
  parts.fetcher.schedule_all();
  look();
  EXPECT_NE(get_of(one).request_id(), 0U);
}

TEST_F(FetcherAlone, RunsAreGivenToTheStoreInOrderHoweverTheirChecksEnd) {
  show(one, 4);
  const std::uint64_t request = get_of(one).request_id();
  come(one, chunk(request, 2, 1, false));
  const auto first = asked<VerifyRun>();
  come(one, chunk(request, 3, 1, true));
  const auto second = asked<VerifyRun>();
  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 1U);
  answer(second[0].id, Answer(run(3)));
  EXPECT_TRUE(asked<CommitRun>().empty()) << "what comes before it is not checked yet";
  answer(first[0].id, Answer(run(2)));
  const auto commits = asked<CommitRun>();
  ASSERT_EQ(commits.size(), 2U);
  EXPECT_EQ(commits[0].intent.run.after.size(), TreeSize(3));
  EXPECT_EQ(commits[1].intent.run.after.size(), TreeSize(4));
  EXPECT_FALSE(parts.fetcher.takes_entries(log)) << "no fetch begins before the store has answered";
}

TEST_F(FetcherAlone, AChunkThatDoesNotContinueTheOneBeforeIsALie) {
  show(one, 5);
  const std::uint64_t request = get_of(one).request_id();
  come(one, chunk(request, 3, 1, false));
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(lies_of(one), 1U);
}

TEST_F(FetcherAlone, AnAnswerThatEndsElsewhereThanItsGetIsALie) {
  show(one, 5);
  come(one, chunk(get_of(one).request_id(), 2, 1, true));
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(lies_of(one), 1U);
}

TEST_F(FetcherAlone, WhoseRunDoesNotVerifyIsALiarAndAnotherIsAsked) {
  show(one, 5);
  show(other, 4);
  come(one, chunk(1, 2, 1, false));
  const auto check = asked<VerifyRun>();
  ASSERT_EQ(check.size(), 1U);
  answer(check[0].id, fail(Code::kBadProof, "it proves nothing"));
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(lies_of(one), 1U);
  EXPECT_EQ(get_of(other).to(), 4U);
}

TEST_F(FetcherAlone, WhenAPeerGoesAnotherIsAsked) {
  show(one, 5);
  show(other, 4);
  cut(one);
  EXPECT_EQ(get_of(other).to(), 4U);
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(FetcherAlone, WhoAnswersAGetWithHeadsHasItNotAndAnotherIsAsked) {
  show(one, 5);
  const std::uint64_t request = get_of(one).request_id();
  show(other, 4);
  EXPECT_FALSE(parts.fetcher.on_heads(one, request + 1)) << "no Get of that number is open";
  EXPECT_TRUE(parts.fetcher.on_heads(one, request));
  look();
  EXPECT_EQ(parts.offers.of(log, one.id), nullptr);
  EXPECT_EQ(get_of(other).to(), 4U);
  EXPECT_EQ(get_of(one).request_id(), 0U) << "nothing is cancelled: it has answered";
  EXPECT_FALSE(one.ended);
  EXPECT_EQ(lies_of(one), 0U);
  // Its own head takes the offer's place, behind what is being fetched.
  parts.offers.keep(log, offer(one, 3));
  EXPECT_EQ(parts.offers.of(log, one.id)->head.size, TreeSize(3));
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(FetcherAlone, WhoRefusesIsNotAskedAgainAndAnotherIs) {
  show(one, 5);
  show(other, 4);
  parts.fetcher.on_refused(one, 1);
  look();
  EXPECT_EQ(get_of(one).request_id(), 0U);
  EXPECT_EQ(get_of(other).to(), 4U);
  EXPECT_EQ(parts.offers.of(log, one.id), nullptr);
}

TEST_F(FetcherAlone, AnAnswerIsOverdueWithoutProgressUnlessItWaitsForOurStore) {
  show(one, 5);
  const MonoTime deadline = limits::kRequestDeadline;
  begin(deadline - MonoTime(1));
  EXPECT_EQ(parts.fetcher.overdue(one), nullptr);
  begin(deadline);
  EXPECT_NE(parts.fetcher.overdue(one), nullptr);
  EXPECT_EQ(parts.fetcher.overdue(other), nullptr);
  parts.store.note_failure(log.id(), fail(Code::kDiskFull, "the disk is full"));
  EXPECT_EQ(parts.fetcher.overdue(one), nullptr);
}

TEST_F(FetcherAlone, AGetThatTricklesIsCancelledAndAnotherPeerAsked) {
  show(one, 5);
  show(other, 4);
  begin(limits::kPacePeriod);
  parts.fetcher.run_timers(one);
  look();
  ASSERT_FALSE(said_to(one).empty());
  EXPECT_EQ(said_to(one).back().cancel().request_id(), 1U);
  EXPECT_EQ(get_of(other).to(), 4U);
  EXPECT_EQ(lies_of(one), 0U) << "to be slow is no lie";
  come(one, chunk(1, 2, 1, false));
  EXPECT_FALSE(one.ended) << "what was on its way is no offence";
}

TEST_F(FetcherAlone, APushIsTakenOnlyWhereItBeginsAtOurEndAndNothingComesElsewhere) {
  const StoredHead head{TreeSize(3), key_of<Hash>('r'), "a head"};
  EXPECT_TRUE(parts.fetcher.fits(one, log, head, chunk(0, 2, 1, true)));
  EXPECT_FALSE(parts.fetcher.fits(one, log, head, chunk(0, 1, 2, true))) << "it begins before our end";
  EXPECT_FALSE(parts.fetcher.fits(one, log, head, chunk(0, 2, 2, true))) << "it ends beyond its head";
  EXPECT_FALSE(parts.fetcher.fits(one, log, head, chunk(0, 2, 0, true)));
  show(other, 3);
  EXPECT_TRUE(parts.fetcher.fits(one, log, head, chunk(0, 2, 1, true)))
      << "a Get that brought nothing gives way";
  EXPECT_FALSE(parts.fetcher.fits(other, log, head, chunk(0, 2, 1, true))) << "its own Get does not";
  parts.logs.freeze(log);
  EXPECT_FALSE(parts.fetcher.fits(one, log, head, chunk(0, 2, 1, true)));
}

TEST_F(FetcherAlone, ALogThatIsFullRestsAndItsRowsPass) {
  parts.cursors.open(one, log.id(), JournalSeq(4));
  parts.cursors.pass(one, JournalSeq(4));
  parts.offers.keep(log, offer(one, 5, 4));
  parts.intake.note_held(log, parts.effects.next_generation(), limits::kLogBytes);
  ASSERT_TRUE(parts.fetcher.rest_if_full(log));
  EXPECT_FALSE(parts.fetcher.rest_if_full(log)) << "it rests already";
  look();
  ASSERT_EQ(asked<CommitCursor>().size(), 1U);
  EXPECT_EQ(asked<CommitCursor>()[0].intent.cursor.seq, JournalSeq(4));
  EXPECT_TRUE(asked<CommitAsks>().empty()) << "that it is to be asked for by name stays remembered";
  EXPECT_EQ(parts.offers.best(log), nullptr);
}

}  // namespace
}  // namespace koinon::engine::test::fetcher_test
