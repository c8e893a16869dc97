// What is new, told to those who follow us, without a network: rows in order, the cursor behind them, and who
// is pushed what.
#include "tests/engine/alone.h"

namespace koinon::engine::test::broadcast_test {
namespace {

// Rows: 1 of Milan, 2 of Oslo. Peer 3 speaks for Rome, of which nothing is held.
class BroadcastAlone : public Alone {
 protected:
  BroadcastAlone() : Alone(pinned({kMilan, kOslo, kRome}, {state_of(kMilan, 3, 1), state_of(kOslo, 2, 2)})) {
    link.peer_log = kRome.log_id();
  }

  void follow(Link& from, std::uint64_t cursor, char epoch = 'j') {
    v1::Follow frame;
    frame.set_epoch(Bytes(epoch_of(epoch).view()));
    frame.set_cursor(cursor);
    (void)parts.broadcast.on_follow(from, frame);
    look();
  }
  // Follows behind the last row, and has fetched Milan's log.
  void follow_having_fetched(Link& from) {
    follow(from, 2);
    parts.holdings.set(from, milan.id(), TreeSize(3));
    parts.broadcast.graft(from, milan.id());
  }
  // The rows that were told, in order; a cursor as a number below 0.
  std::vector<std::int64_t> told_to(const Link& to) {
    std::vector<std::int64_t> out;
    for (const v1::Frame& frame : said_to(to)) {
      for (const v1::Head& head : frame.heads().heads())
        out.push_back(static_cast<std::int64_t>(head.journal_seq()));
      if (frame.has_cursor()) out.push_back(-static_cast<std::int64_t>(frame.cursor().seq()));
    }
    return out;
  }
  // Milan's log grows to `entries`, in the next row.
  void grow(std::uint64_t entries) {
    const LogState next = state_of(kMilan, entries, 0);
    parts.logs.extend(milan, next.range, *next.whole, {});
    parts.logs.stand_whole(milan, *next.whole);
    parts.news.commit_ended(parts.journal.begin_commit(), milan.id(),
                            JournalSeq(parts.journal.last_row().value + 1));
    look();
  }
  void run_timers(MonoTime at) {
    begin(at);
    parts.broadcast.run_timers(link);
    look();
  }
  static Answer served(std::uint64_t from, std::uint64_t to) {
    ServedRun run;
    for (std::uint64_t i = from; i < to; ++i)
      run.records.push_back({EntryIndex(i), "an entry", {}, BodyState::kHeld, {}});
    return Answer(std::move(run));
  }
  std::size_t pushes_to(const Link& to) {
    const auto& said = said_to(to);
    return static_cast<std::size_t>(
        std::count_if(said.begin(), said.end(), [](const v1::Frame& frame) { return frame.has_push(); }));
  }

  Log& milan = parts.logs.at(kMilan.log_id());
  Link& link = connect('\3');
};

TEST_F(BroadcastAlone, WhoFollowsIsToldTheRowsAfterItsCursorThenTheCursor) {
  follow(link, 1);
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{2, -2}));
}

TEST_F(BroadcastAlone, ACursorOfAnUnknownEpochOrBeyondOursSaysNothing) {
  follow(link, 2, 'k');
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{1, 2, -2}));
  Link& other = connect('\1');
  follow(other, 9);
  EXPECT_EQ(told_to(other), (std::vector<std::int64_t>{1, 2, -2}));
}

TEST_F(BroadcastAlone, RowsThatAPeerIsKnownToHoldAndThoseOfItsOwnLogNeedNoSending) {
  parts.holdings.note(link, kOslo.log_id(), TreeSize(2));
  link.peer_log = kMilan.log_id();
  follow(link, 0);
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{-2}));
}

TEST_F(BroadcastAlone, FollowTwiceIsALie) {
  follow(link, 0);
  follow(link, 0);
  EXPECT_TRUE(link.ended);
  EXPECT_EQ(lies_of(link), 1U);
}

TEST_F(BroadcastAlone, NothingIsToldToWhoDoesNotFollow) {
  grow(4);
  EXPECT_TRUE(said_to(link).empty());
  EXPECT_EQ(parts.broadcast.next_timer(link), MonoTime::max());
}

TEST_F(BroadcastAlone, ANewRowIsToldAMomentLater) {
  follow(link, 2);
  grow(4);
  EXPECT_TRUE(said_to(link).empty());
  EXPECT_EQ(parts.broadcast.next_timer(link), MonoTime(limits::kAnnounceDelay));
  run_timers(limits::kAnnounceDelay);
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{3}));
}

TEST_F(BroadcastAlone, WhoFetchedTheLogIsPushedWhatIsNewAndNotToldItAgain) {
  follow_having_fetched(link);
  grow(4);
  const auto read = asked<ReadRun>();
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].intent.from, EntryIndex(3));
  EXPECT_EQ(read[0].intent.to, EntryIndex(4));
  answer(read[0].id, served(3, 4));
  EXPECT_EQ(pushes_to(link), 1U);
  EXPECT_EQ(parts.holdings.of(link, milan.id()), TreeSize(4));
  run_timers(limits::kAnnounceDelay);
  EXPECT_TRUE(told_to(link).empty());
  run_timers(parts.broadcast.next_timer(link));
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{-3})) << "the cursor passes what was pushed";
}

TEST_F(BroadcastAlone, OneReadServesAllThatArePushedTheSame) {
  Link& other = connect('\2');
  for (Link* one : {&link, &other}) follow_having_fetched(*one);
  grow(4);
  const auto read = asked<ReadRun>();
  ASSERT_EQ(read.size(), 1U);
  answer(read[0].id, served(3, 4));
  EXPECT_EQ(pushes_to(link), 1U);
  EXPECT_EQ(pushes_to(other), 1U);
}

TEST_F(BroadcastAlone, APeerThatPrunedTheLogIsPushedNothing) {
  follow_having_fetched(link);
  v1::Prune prune;
  prune.set_log_id(milan.id().bytes());
  parts.broadcast.on_prune(link, prune);
  grow(4);
  EXPECT_TRUE(asked<ReadRun>().empty());
  run_timers(limits::kAnnounceDelay);
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{3}));
}

TEST_F(BroadcastAlone, AReadThatIsBehindTheLogIsNotPushed) {
  follow_having_fetched(link);
  grow(4);
  const auto older = asked<ReadRun>();
  grow(5);
  const auto newer = asked<ReadRun>();
  ASSERT_EQ(older.size(), 1U);
  ASSERT_EQ(newer.size(), 1U);
  answer(older[0].id, served(3, 4));
  EXPECT_EQ(pushes_to(link), 0U);
  answer(newer[0].id, served(3, 5));
  EXPECT_EQ(pushes_to(link), 1U);
}

TEST_F(BroadcastAlone, RowsWaitForTheTransport) {
  link.queued = limits::kSendQueueBytes + 1;
  follow(link, 0);
  EXPECT_TRUE(told_to(link).empty());
  link.queued = 0;
  parts.broadcast.go_on(link);
  look();
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{1, 2, -2}));
}

TEST_F(BroadcastAlone, ANodeThatShutsDownTellsWhatItHasNotToldYet) {
  follow(link, 2);
  grow(4);
  parts.broadcast.tell_last(link);
  look();
  EXPECT_EQ(told_to(link), (std::vector<std::int64_t>{3}));
}

}  // namespace
}  // namespace koinon::engine::test::broadcast_test
