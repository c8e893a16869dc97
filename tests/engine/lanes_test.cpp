// Our own log that comes back is asked of several peers at once, a stripe of each, without a network.
#include "node/engine/lanes.h"

#include "tests/engine/alone.h"

namespace koinon::engine::test::lanes_test {
namespace {

const LogIdentity kSeoul = city("seoul");
constexpr std::uint64_t kHeld = 2;
constexpr std::uint64_t kStripe = 3;
constexpr std::uint64_t kAll = kHeld + 2 * kStripe + 1;  // two stripes and one entry are missing
constexpr JournalSeq kRowOfOne{5};
constexpr JournalSeq kRowOfOther{4};
constexpr std::uint64_t kLong = kHeld + 2 * limits::kStripesAhead * kStripe;

// Two peers have more of our own log than is held here.
class OwnLanes : public Alone {
 protected:
  OwnLanes() : Alone(behind(), stripes()) {}
  static StoreState behind() {
    StoreState state = pinned({kMilan, kOslo}, {state_of(kSeoul, kHeld, 1)});
    state.own_log = kSeoul.log_id();
    return state;
  }
  static EngineConfig stripes() {
    EngineConfig config;
    config.stripe = kStripe;
    return config;
  }

  void show(const Link& source, std::uint64_t size = kAll, JournalSeq row = {}) {
    parts.offers.keep(log, {log.id(), kSeoul, {TreeSize(size), key_of<Hash>('r'), "a head"}, source.id, row});
    parts.fetcher.schedule(log);
    look();
  }
  // The Get that was said to the link with the last outputs; a number of 0: none.
  v1::Get get_of(const Link& link) { return last_said(link, &v1::Frame::has_get, &v1::Frame::get); }
  static void expect_stripe(const v1::Get& get, std::uint64_t from, std::uint64_t to) {
    EXPECT_NE(get.request_id(), 0U);
    EXPECT_EQ(get.from(), from);
    EXPECT_EQ(get.to(), to);
    EXPECT_EQ(get.size(), kAll) << "all prove themselves against one head";
  }
  static void expect_stripe_of(const v1::Get& get, std::uint64_t from, std::uint64_t size) {
    EXPECT_EQ(get.from(), from);
    EXPECT_EQ(get.to(), from + kStripe);
    EXPECT_EQ(get.size(), size);
  }
  // The whole answer, as one chunk. Its check is to be answered.
  Asked<VerifyRun> come(Link& link, const v1::Get& get) {
    v1::Chunk chunk;
    chunk.set_request_id(get.request_id());
    chunk.set_from(get.from());
    chunk.set_last(true);
    for (std::uint64_t i = get.from(); i < get.to(); ++i) chunk.add_records()->set_entry("an entry");
    parts.fetcher.on_chunk(link, std::move(chunk), 100);
    look();
    after_chunk = get_of(link);
    const auto checks = asked<VerifyRun>();
    EXPECT_EQ(checks.size(), 1U);
    return checks.at(0);
  }
  // The Get that followed upon the chunk that came last; a number of 0: none.
  v1::Get later_get() const { return after_chunk; }
  // The head that the first peer shows is a row of its journal, and the other's one of its own.
  void show_with_rows() {
    parts.cursors.open(one, log.id(), kRowOfOne);
    parts.cursors.pass(one, kRowOfOne);
    parts.cursors.open(other, log.id(), kRowOfOther);
    parts.cursors.pass(other, kRowOfOther);
    show(one, kAll, kRowOfOne);
  }
  void proves(const Asked<VerifyRun>& check) {
    RunVerified run;
    CompactRange range;
    const std::uint64_t from = check.intent.from.value;
    for (std::uint64_t i = 0; i < from; ++i) range.append(key_of<Hash>('e'));
    run.left = range.hashes();
    for (std::uint64_t i = from; i < from + check.intent.records.size(); ++i) {
      run.records.push_back({EntryIndex(i), "an entry", {}, BodyState::kHeld, {}});
      run.leaves.push_back(key_of<Hash>('e'));
      range.append(key_of<Hash>('e'));
    }
    run.after = range;
    answer(check.id, Answer(std::move(run)));
  }

  v1::Get after_chunk;
  Log& log = parts.logs.at(kSeoul.log_id());
  Link& one = connect('\1');
  Link& other = connect('\2');
};

TEST_F(OwnLanes, EachIsAskedForAStripeAndThenForTheNext) {
  show(one);
  const v1::Get first = get_of(one);
  expect_stripe(first, kHeld, kHeld + kStripe);
  show(other);
  expect_stripe(get_of(other), kHeld + kStripe, kHeld + 2 * kStripe);
  EXPECT_EQ(get_of(one).request_id(), 0U) << "one at a time";
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
  (void)come(one, first);
  expect_stripe(get_of(one), kHeld + 2 * kStripe, kAll);
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(OwnLanes, WhatComesOutOfTurnIsStoredInOrderAsOfWhomItCameFrom) {
  show(one);
  const v1::Get first = get_of(one);
  show(other);
  const v1::Get second = get_of(other);
  proves(come(other, second));
  EXPECT_TRUE(asked<CommitRun>().empty()) << "what comes before it is not here";
  proves(come(one, first));
  const auto commits = asked<CommitRun>();
  ASSERT_EQ(commits.size(), 2U);
  EXPECT_EQ(commits[0].intent.run.after.size(), TreeSize(kHeld + kStripe));
  EXPECT_EQ(commits[0].intent.run.source, one.peer);
  EXPECT_EQ(commits[1].intent.run.after.size(), TreeSize(kHeld + 2 * kStripe));
  EXPECT_EQ(commits[1].intent.run.source, other.peer);
  EXPECT_TRUE(commits[1].intent.own);
}

TEST_F(OwnLanes, TheStripeOfWhoGoesIsAskedOfTheOther) {
  show(one);
  show(other);
  cut(one);
  expect_stripe(get_of(other), kHeld, kHeld + kStripe);
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(OwnLanes, ARowIsPassedWhereItsOwnPeerBringsTheEnd) {
  show_with_rows();
  const v1::Get first = get_of(one);
  show(other, kAll, kRowOfOther);
  const v1::Get second = get_of(other);
  proves(come(one, first));
  const v1::Get third = later_get();
  proves(come(other, second));
  proves(come(one, third));
  const auto commits = asked<CommitRun>();
  ASSERT_EQ(commits.size(), 1U);
  ASSERT_TRUE(commits[0].intent.cursor);
  EXPECT_EQ(commits[0].intent.cursor->seq, kRowOfOne);
}

TEST_F(OwnLanes, ARowOfAnotherPeersJournalIsNotPassedByWhoBringsTheEnd) {
  show_with_rows();
  const v1::Get first = get_of(one);
  show(other, kAll, kRowOfOther);
  proves(come(other, get_of(other)));
  const v1::Get third = later_get();
  proves(come(one, first));
  proves(come(other, third));
  const auto commits = asked<CommitRun>();
  ASSERT_EQ(commits.size(), 1U);
  EXPECT_EQ(commits[0].intent.run.source, other.peer);
  EXPECT_FALSE(commits[0].intent.cursor) << "the row is one of the first peer's journal";
}

TEST_F(OwnLanes, TheStripeOfWhoLiesIsAskedOfTheOther) {
  show(one);
  const v1::Get first = get_of(one);
  show(other);
  answer(come(one, first).id, fail(Code::kBadProof, "it proves nothing"));
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(lies_of(one), 1U);
  EXPECT_FALSE(other.ended);
  expect_stripe(get_of(other), kHeld, kHeld + kStripe);
}

TEST_F(OwnLanes, TheStripeOfWhoTricklesIsAskedOfTheOther) {
  show(one);
  show(other);
  proves(come(other, get_of(other)));
  show(other);
  begin(limits::kPacePeriod);
  parts.fetcher.run_timers(one);
  look();
  expect_stripe(get_of(other), kHeld, kHeld + kStripe);
  EXPECT_TRUE(parts.peers.is_slow(one.peer));
  EXPECT_FALSE(parts.peers.is_slow(other.peer));
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(OwnLanes, WhoAnswersWithHeadsDisturbsTheOthersOnce) {
  show(one);
  show(other);
  const std::uint64_t request = get_of(other).request_id();
  EXPECT_TRUE(parts.fetcher.on_heads(other, request));
  look();
  expect_stripe(get_of(one), kHeld, kHeld + kStripe);
  show(other);
  EXPECT_EQ(get_of(other).request_id(), 0U) << "it shows the head again, and may not have it again";
  EXPECT_EQ(get_of(one).request_id(), 0U) << "what comes goes on";
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(OwnLanes, WhoHoldsUpWhatOthersHaveBroughtIsSlowHoweverSteadily) {
  show(one, kLong);
  const v1::Get first = get_of(one);
  show(other, kLong);
  proves(come(other, get_of(other)));
  begin(limits::kPacePeriod / 2);
  v1::Chunk chunk;
  chunk.set_request_id(first.request_id());
  chunk.set_from(first.from());
  chunk.add_records()->set_entry("an entry");
  parts.fetcher.on_chunk(one, std::move(chunk), limits::kMiB);
  begin(limits::kPacePeriod);
  parts.fetcher.run_timers(one);
  look();
  EXPECT_TRUE(parts.peers.is_slow(one.peer));
  expect_stripe_of(get_of(other), kHeld, kLong);
}

TEST_F(OwnLanes, WhoseWindowIsUsedUpWaitsForTheOthersAndIsNotLate) {
  show(one);
  show(other);
  use_up_credit(other);
  begin(limits::kRequestDeadline);
  EXPECT_NE(parts.fetcher.overdue(one), nullptr);
  EXPECT_EQ(parts.fetcher.overdue(other), nullptr);
  parts.fetcher.run_timers(other);
  EXPECT_FALSE(parts.peers.is_slow(other.peer));
  EXPECT_GT(parts.fetcher.next_timer(other), MonoTime(limits::kRequestDeadline)) << "it is looked at later";
}

TEST_F(OwnLanes, ForHowLongAPeerWaitedForUsItIsLateLater) {
  show(one);
  show(other);
  const std::size_t lent = use_up_credit(other);
  const MonoTime freed = limits::kPacePeriod - std::chrono::seconds(1);
  begin(freed);
  parts.links.return_credit(other, lent);
  begin(limits::kPacePeriod);
  parts.fetcher.run_timers(other);
  EXPECT_FALSE(parts.peers.is_slow(other.peer)) << "it could send for a second of this period";
  begin(freed + limits::kRequestDeadline - std::chrono::milliseconds(1));
  EXPECT_EQ(parts.fetcher.overdue(other), nullptr);
  EXPECT_LE(parts.fetcher.next_timer(other), freed + limits::kRequestDeadline);
  begin(freed + limits::kRequestDeadline);
  EXPECT_NE(parts.fetcher.overdue(other), nullptr);
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(OwnLanes, WhoIsWithoutCreditForASecondNowAndThenIsLateByThatAlone) {
  show(one);
  MonoTime now{};
  const auto wait = [&](std::chrono::seconds time) {
    now += time;
    begin(now);
  };
  for (int i = 0; i < 5; ++i) {
    wait(std::chrono::seconds(10));
    const std::size_t lent = use_up_credit(one);
    wait(std::chrono::seconds(1));
    parts.links.return_credit(one, lent);
    EXPECT_EQ(parts.fetcher.overdue(one), nullptr);
  }
  wait(std::chrono::seconds(9));
  EXPECT_EQ(parts.fetcher.overdue(one), nullptr);
  wait(std::chrono::seconds(1));
  EXPECT_NE(parts.fetcher.overdue(one), nullptr);
}

TEST_F(OwnLanes, WhoHoldsUpOthersAndIsWithoutCreditNowAndThenIsSlowAllTheSame) {
  show(one, kLong);
  const v1::Get first = get_of(one);
  show(other, kLong);
  proves(come(other, get_of(other)));
  for (int i = 1; i < 6; ++i) {
    begin(i * limits::kPacePeriod / 5);
    parts.links.return_credit(one, use_up_credit(one));
    v1::Chunk chunk;
    chunk.set_request_id(first.request_id());
    chunk.set_from(first.from());
    if (i == 1) chunk.add_records()->set_entry("an entry");
    if (i == 1) parts.fetcher.on_chunk(one, std::move(chunk), limits::kMiB);
  }
  begin(limits::kPacePeriod);
  parts.fetcher.run_timers(one);
  EXPECT_TRUE(parts.peers.is_slow(one.peer));
}

TEST_F(OwnLanes, NobodyRunsFarAheadOfWhatIsStored) {
  show(one, kLong);
  const v1::Get first = get_of(one);
  show(other, kLong);
  v1::Get next = get_of(other);
  std::uint64_t asked_to = next.to();
  while (next.request_id() != 0) {
    asked_to = next.to();
    proves(come(other, next));
    next = later_get();
  }
  EXPECT_EQ(asked_to, kHeld + limits::kStripesAhead * kStripe) << "what comes out of turn waits in memory";
  EXPECT_NE(parts.fetcher.current(log), nullptr) << "it waits for the first, and is not given up";
  proves(come(one, first));
  EXPECT_EQ(asked<CommitRun>().size(), limits::kStripesAhead) << "all that has come is stored";
  parts.fetcher.schedule(log);
  look();
  EXPECT_NE(get_of(one).request_id(), 0U);
  EXPECT_NE(get_of(other).request_id(), 0U) << "and both go on";
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

TEST_F(OwnLanes, WhenNobodyOffersTheRestAnyMoreItEndsAndTheNextOfferBeginsAnew) {
  show(one);
  const v1::Get first = get_of(one);
  parts.offers.keep(
      log, {log.id(), kSeoul, {TreeSize(kHeld), key_of<Hash>('r'), "a head"}, one.id, JournalSeq(7)});
  (void)come(one, first);
  EXPECT_EQ(parts.fetcher.current(log), nullptr) << "its node was put back as well";
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
  show(other);
  expect_stripe(get_of(other), kHeld, kHeld + kStripe);
}

TEST_F(OwnLanes, WhoHasLessThanIsFetchedIsNotAsked) {
  show(one);
  show(other, kAll - 1);
  EXPECT_EQ(get_of(other).request_id(), 0U);
  EXPECT_EQ(parts.fetcher.wrong_list(), "");
}

}  // namespace
}  // namespace koinon::engine::test::lanes_test
