// The ground of the engine, each part of it alone: who holds what, how much is taken, how peers behave,
// whether the store takes what it is given.
#include <limits>

#include "tests/engine/alone.h"

namespace koinon::engine::test::ground_test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// --- Holdings ---

class HoldingsAlone : public Alone {
 protected:
  HoldingsAlone() : Alone(pinned({kMilan, kOslo}, {state_of(kMilan, 3, 1)})) {}
  Holdings& holdings = parts.holdings;
  Link& link = connect('\1');
  LogId log = kMilan.log_id();
};

TEST_F(HoldingsAlone, WhatWeGaveCountsAndOnlyTheirWordTakesItBack) {
  EXPECT_FALSE(holdings.of(link, log));
  holdings.note(link, log, TreeSize(5));
  holdings.note(link, log, TreeSize(3));
  EXPECT_EQ(holdings.of(link, log), TreeSize(5));
  EXPECT_TRUE(holdings.holds(link, log, EntryIndex(4)));
  EXPECT_FALSE(holdings.holds(link, log, EntryIndex(5)));
  holdings.set(link, log, TreeSize(2));
  EXPECT_EQ(holdings.of(link, log), TreeSize(2));
}

TEST_F(HoldingsAlone, WhoSaysToHoldNothingIsNoHolder) {
  Link& other = connect('\2');
  holdings.set(link, log, TreeSize(0));
  holdings.note(other, log, TreeSize(2));
  EXPECT_EQ(holdings.of(link, log), TreeSize(0)) << "it is known";
  EXPECT_EQ(holdings.of_log(log), (std::vector<std::pair<NodeKey, TreeSize>>{{other.peer, TreeSize(2)}}));
  cut(other);
  EXPECT_TRUE(holdings.of_log(log).empty()) << "it ends with a link";
}

TEST_F(HoldingsAlone, AHeadBringsTheIdentityToWhomMayNotKnowIt) {
  const Log& known = parts.logs.at(log);
  EXPECT_TRUE(holdings.head_message(link, known).has_identity());
  holdings.set(link, log, TreeSize(0));
  EXPECT_TRUE(holdings.head_message(link, known).has_identity());
  holdings.set(link, log, TreeSize(1));
  EXPECT_FALSE(holdings.head_message(link, known).has_identity());
}

// --- Intake ---

constexpr std::uint64_t kQuota = 64 * limits::kMiB;

EngineConfig with_quota() {
  EngineConfig config;
  config.log_bytes = kQuota;
  return config;
}

StoreState own_milan() {
  StoreState state = pinned({kOslo}, {state_of(kMilan, 1, 1), state_of(kOslo, 1, 2)});
  state.own_log = kMilan.log_id();
  return state;
}

class IntakeAlone : public Alone {
 protected:
  IntakeAlone() : Alone(own_milan(), with_quota()) {}
  Intake& intake = parts.intake;
  Log& oslo = parts.logs.at(kOslo.log_id());
  Log& own = parts.logs.at(kMilan.log_id());
};

TEST_F(IntakeAlone, AQuarterOfALogIsTakenAtOnceAndTheRestByAndBy) {
  EXPECT_TRUE(intake.takes_more(oslo));
  intake.count(oslo, kQuota / 4);
  EXPECT_TRUE(intake.takes_more(oslo));
  intake.count(oslo, kQuota / 4);
  EXPECT_FALSE(intake.takes_more(oslo));
  begin(limits::kIntakePeriod / 4 - hours(1));
  EXPECT_FALSE(intake.takes_more(oslo));
  begin(limits::kIntakePeriod / 4 + hours(1));
  EXPECT_TRUE(intake.takes_more(oslo));
}

TEST_F(IntakeAlone, OurOwnLogHasNoLimit) {
  intake.count(own, 10 * kQuota);
  intake.note_held(own, 1, 10 * kQuota);
  EXPECT_TRUE(intake.takes_more(own));
  EXPECT_FALSE(intake.is_full(own));
}

TEST_F(IntakeAlone, TheLatestCommitSaysHowMuchIsHeldWhateverOrderAnswersCome) {
  intake.note_held(oslo, 7, kQuota);
  intake.note_held(oslo, 6, 5);
  EXPECT_TRUE(intake.is_full(oslo));
  EXPECT_FALSE(intake.takes_more(oslo));
  intake.note_held(oslo, 8, kQuota - 1);
  EXPECT_FALSE(intake.is_full(oslo));
}

TEST_F(IntakeAlone, OfARemovedLogOlderAnswersCountNoMore) {
  const std::uint64_t before = parts.effects.next_generation();
  intake.forget(oslo);
  intake.note_held(oslo, before, kQuota);
  EXPECT_FALSE(intake.is_full(oslo));
}

TEST_F(IntakeAlone, ARestEndsOnceEnoughIsFree) {
  intake.count(oslo, kQuota / 2);
  intake.begin_rest(oslo);
  EXPECT_EQ(intake.next_wake(), limits::kRest);
  EXPECT_TRUE(intake.wake().empty()) << "it is not over";
  begin(limits::kRest);
  EXPECT_TRUE(intake.wake().empty()) << "too little is free";
  EXPECT_TRUE(intake.rests(oslo)) << "so it rests on";
  EXPECT_EQ(intake.next_wake(), 2 * limits::kRest);
  begin(limits::kIntakePeriod);
  EXPECT_EQ(intake.wake(), (std::vector<LogId>{oslo.id()}));
  EXPECT_FALSE(intake.rests(oslo));
  EXPECT_FALSE(intake.has_wrong_list());
}

TEST_F(IntakeAlone, AFrozenLogIsNotAskedForWhenItsRestEnds) {
  intake.begin_rest(oslo);
  parts.logs.freeze(oslo);
  begin(limits::kRest);
  EXPECT_TRUE(intake.wake().empty());
  EXPECT_FALSE(intake.rests(oslo));
}

TEST_F(IntakeAlone, NothingIsAskedForWhileTooMuchIsUnderWay) {
  intake.begin(limits::kInFlightBytes - 1);
  EXPECT_TRUE(intake.has_room());
  intake.begin(1);
  EXPECT_FALSE(intake.has_room());
  intake.end(1);
  EXPECT_TRUE(intake.has_room());
}

TEST(IntakeOfDistantCities, AnEighthIsTakenForEachHopAndNeverNothing) {
  TrustPolicy trust{{.hops = 9, .admits = 10}};
  trust.set_own(key_of<LogId>('0'));
  trust.set_peers({key_of<LogId>('1')});
  for (char at = '1'; at < '8'; ++at)
    trust.add_vouch({key_of<LogId>(at), EntryIndex(0), key_of<LogId>(static_cast<char>(at + 1)), "x.example",
                     "", UnixMillis{std::numeric_limits<std::int64_t>::max()}, false});
  (void)trust.refresh(UnixMillis{2000});
  Effects effects{{}, std::nullopt, {}};
  Logs logs{trust, std::nullopt, {}, {}};
  const Intake intake{effects, trust, logs};
  ASSERT_TRUE(trust.admits(key_of<LogId>('8')));
  EXPECT_EQ(intake.bytes_quota(key_of<LogId>('1')), limits::kLogBytes);
  EXPECT_EQ(intake.bytes_quota(key_of<LogId>('2')), limits::kLogBytes / 8);
  EXPECT_EQ(intake.bytes_quota(key_of<LogId>('8')), limits::kLogBytesLeast);
}

// --- Pace ---

constexpr TurnTime kFirst(limits::kPacePeriod);
constexpr TurnTime kSecond(2 * limits::kPacePeriod);

TEST(PaceAlone, AGetThatBringsNextToNothingTrickles) {
  Pace pace(TurnTime(), 0);
  EXPECT_EQ(pace.due(), kFirst);
  pace.count(limits::kPaceBytes - 1);
  EXPECT_TRUE(pace.trickles(kFirst, limits::kPaceBytes - 1, 1));
  EXPECT_EQ(pace.due(), kSecond);
}

TEST(PaceAlone, EachPeriodIsJudgedByItself) {
  Pace pace(TurnTime(), 0);
  pace.count(limits::kPaceBytes);
  EXPECT_FALSE(pace.trickles(kFirst, limits::kPaceBytes, 1));
  EXPECT_TRUE(pace.trickles(kSecond, limits::kPaceBytes, 1)) << "nothing came in the second";
}

TEST(PaceAlone, WhereManyShareASlowLineAPartOfItsShareIsEnough) {
  const std::uint64_t sent = 100 * limits::kKiB;
  const std::uint64_t enough = sent / (limits::kPaceShare * 10);
  Pace pace(TurnTime(), 0);
  pace.count(enough);
  EXPECT_FALSE(pace.trickles(kFirst, sent, 10));
  pace.count(enough - 1);
  EXPECT_TRUE(pace.trickles(kSecond, 2 * sent, 10));
}

TEST(PaceAlone, AfterAPeriodThatIsExcusedAWholeOneIsJudged) {
  Pace pace(TurnTime(), 0);
  pace.excuse(kFirst, limits::kPaceBytes);
  EXPECT_EQ(pace.due(), kSecond);
  pace.count(limits::kPaceBytes);
  EXPECT_FALSE(pace.trickles(kSecond, 2 * limits::kPaceBytes, 1));
}

// --- Peers ---

class PeersAlone : public testing::Test {
 protected:
  PeersAlone() { peers.pin(record()); }
  static PeerRecord record() {
    PeerRecord peer;
    peer.node_key = key_of<NodeKey>('p');
    return peer;
  }
  void begin(MonoTime time) { effects.begin_input({time, {}}); }
  // How long it is shunned for its next lie, from `at` on.
  MonoTime shunned_for(MonoTime at) {
    begin(at);
    peers.note_lie(key, "a lie");
    return peers.conduct(key)->shunned_until - at;
  }
  template <typename Make>
  void come(std::size_t times, const Make& make) {
    v1::Frame frame;
    make(frame);
    for (std::size_t i = 0; i < times; ++i) peers.count_frame(key, frame);
  }

  Effects effects{{}, std::nullopt, {}};
  Peers peers{effects, {}};
  NodeKey key = key_of<NodeKey>('p');
};

TEST_F(PeersAlone, ALiarIsShunnedTwiceAsLongEachTimeAndADayForgetsIt) {
  const MonoTime backoff = limits::kLieBackoff;
  EXPECT_EQ(shunned_for(MonoTime(0)), backoff);
  EXPECT_TRUE(peers.shuns(key, backoff - MonoTime(1)));
  EXPECT_FALSE(peers.shuns(key, backoff));
  EXPECT_EQ(shunned_for(hours(1)), 2 * backoff);
  EXPECT_EQ(shunned_for(hours(2)), 4 * backoff);
  for (int i = 3; i < 20; ++i) shunned_for(hours(i));
  EXPECT_EQ(shunned_for(hours(20)), MonoTime(limits::kLieBackoffMax));
  EXPECT_EQ(shunned_for(hours(20) + limits::kLieForgotten + milliseconds(1)), backoff);
}

TEST_F(PeersAlone, WhoIsSlowIsAskedLaterForAWhileAndOnePauseRunsAtATime) {
  EXPECT_TRUE(peers.note_slow(key));
  EXPECT_FALSE(peers.note_slow(key));
  EXPECT_TRUE(peers.is_slow(key));
  begin(limits::kSlowPause);
  EXPECT_FALSE(peers.is_slow(key));
  EXPECT_TRUE(peers.note_slow(key));
  begin(2 * limits::kSlowPause);
  EXPECT_TRUE(peers.is_slow(key)) << "twice as long";
  EXPECT_FALSE(peers.shuns(key, effects.now().mono)) << "to be slow is no lie";
}

TEST_F(PeersAlone, ConductOutlastsAPinOfTheSamePeerAndEndsWhenItIsRemoved) {
  peers.set_cursor(key, epoch_of('j'), JournalSeq(7));
  peers.note_lie(key, "a lie");
  PeerRecord again = record();
  again.name = "a.example";
  peers.pin(again);
  EXPECT_EQ(peers.find(key)->cursor, JournalSeq(7));
  EXPECT_EQ(peers.find(key)->epoch, epoch_of('j'));
  EXPECT_EQ(peers.find(key)->name, "a.example");
  EXPECT_EQ(peers.conduct(key)->lies, 1U);
  peers.set_cursor(key, epoch_of('k'), JournalSeq(1));
  EXPECT_EQ(peers.find(key)->cursor, JournalSeq(1)) << "in another epoch";
  peers.unpin(key);
  EXPECT_EQ(peers.find(key), nullptr);
  EXPECT_EQ(peers.conduct(key), nullptr);
}

TEST_F(PeersAlone, RequestsHaveAnAllowanceAndWhatIsBoundedOtherwiseDoesNotUseIt) {
  const auto at_once = static_cast<std::size_t>(limits::kRequestsAtOnce);
  come(at_once + 1, [](v1::Frame& frame) { frame.mutable_get(); });
  come(at_once + 1, [](v1::Frame& frame) { frame.mutable_get_attachment(); });
  come(at_once + 1, [](v1::Frame& frame) { frame.mutable_chunk(); });
  come(at_once + 1, [](v1::Frame&) {});
  EXPECT_TRUE(peers.conduct(key)->may_send(MonoTime(0)));
  come(at_once + 1, [](v1::Frame& frame) { frame.mutable_get_heads(); });
  EXPECT_FALSE(peers.conduct(key)->may_send(MonoTime(0)));
  EXPECT_TRUE(peers.conduct(key)->may_send(seconds(1)));
  EXPECT_FALSE(peers.shuns(key, MonoTime(0))) << "it is no offence";
}

TEST_F(PeersAlone, AFrameThatNobodyThoughtOfIsARequest) {
  come(static_cast<std::size_t>(limits::kRequestsAtOnce) + 1,
       [](v1::Frame& frame) { frame.mutable_get_cosignatures(); });
  EXPECT_FALSE(peers.conduct(key)->may_send(MonoTime(0)));
}

TEST_F(PeersAlone, EachHeadOfAFrameCounts) {
  come(static_cast<std::size_t>(limits::kHeadsAtOnce) / 250 + 1, [](v1::Frame& frame) {
    for (int i = 0; i < 250; ++i) frame.mutable_heads()->add_heads();
  });
  EXPECT_FALSE(peers.conduct(key)->may_send(MonoTime(0)));
}

// --- StoreHealth ---

class StoreHealthAlone : public testing::Test {
 protected:
  // How long after a failure at `at` the store is tried again.
  MonoTime wait_after(MonoTime at) {
    effects.begin_input({at, {}});
    store.note_failure(LogId(), fail(Code::kDiskFull, "the disk is full"));
    const MonoTime wait = store.retry_at() - at;
    effects.begin_input({store.retry_at(), {}});
    EXPECT_TRUE(store.begin_try());
    return wait;
  }
  Effects effects{{}, std::nullopt, {}};
  StoreHealth store{effects};
};

TEST_F(StoreHealthAlone, EachTryWaitsLongerUpToALimitAndARunThatIsStoredEndsThat) {
  EXPECT_EQ(store.retry_at(), MonoTime::max());
  EXPECT_EQ(wait_after(MonoTime(0)), MonoTime(limits::kStoreRetry));
  EXPECT_EQ(wait_after(hours(1)), 2 * MonoTime(limits::kStoreRetry));
  for (int i = 2; i < 30; ++i) wait_after(hours(i));
  EXPECT_EQ(wait_after(hours(30)), MonoTime(limits::kStoreRetryMax));
  store.note_success();
  EXPECT_EQ(wait_after(hours(31)), MonoTime(limits::kStoreRetry));
}

}  // namespace
}  // namespace koinon::engine::test::ground_test
