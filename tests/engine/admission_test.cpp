// Admission alone: the grace time counts what the node lived, and an ask is remembered until it is answered.
#include "node/engine/admission.h"

#include <gtest/gtest.h>

#include "node/engine/parts.h"

namespace koinon::test {
namespace {

using namespace engine;

using std::chrono::hours;
using std::chrono::minutes;

const LogId kLog = LogId::from(Bytes(32, 'a'));
const LogId kOther = LogId::from(Bytes(32, 'b'));
const LogId kOwn = LogId::from(Bytes(32, 'o'));
const NodeKey kPeer = NodeKey::from(Bytes(32, 'p'));
constexpr MonoTime kStart = hours(5);  // of this engine's clock

LogState held_log() {
  LogState state;
  state.id = kLog;
  state.range.append(Hash());
  return state;
}

// The node has lived 100 hours before. It holds a log, and has pinned an observer.
StoreState stored(LogState log, std::vector<HeadAsk> asks = {}) {
  StoreState state;
  state.own_log = kOwn;
  state.logs = {std::move(log)};
  state.lived = hours(100);
  state.asks = std::move(asks);
  PeerRecord peer;
  peer.node_key = kPeer;
  state.peers = {peer};
  return state;
}

EngineConfig config() {
  EngineConfig config;
  config.grace = hours(1);
  return config;
}

class AdmissionAlone : public testing::Test {
 protected:
  void begin(StoreState state) {
    parts = std::make_unique<Parts>(config(), std::move(state), Now{kStart, UnixMillis{1'000'000}});
  }
  Admission& admission() { return parts->admission; }
  Log& log() { return parts->logs.at(kLog); }

  // Time passes; the wall clock may jump besides.
  void pass(MonoTime time, std::chrono::milliseconds jump = {}) {
    const Now now = parts->effects.now();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(time) + jump;
    parts->effects.begin_input({now.mono + time, UnixMillis{now.wall.value + passed.count()}});
  }

  // What was asked of the world since the last call of `take`.
  void take() { outputs = parts->effects.take_outputs(); }
  template <typename T>
  std::vector<std::pair<IntentId, T>> intents() const {
    std::vector<std::pair<IntentId, T>> out;
    for (const Output& output : outputs) {
      const auto* intent = std::get_if<Intent>(&output);
      if (intent == nullptr) continue;
      if (const auto* body = std::get_if<T>(&intent->body); body != nullptr)
        out.emplace_back(intent->id, *body);
    }
    return out;
  }
  std::vector<v1::GetHeads> requests() const {
    FrameReader reader;
    for (const Output& output : outputs) {
      if (const auto* sent = std::get_if<SendBytes>(&output); sent != nullptr) reader.feed(sent->bytes);
    }
    std::vector<v1::GetHeads> out;
    while (true) {
      auto frame = reader.next();
      if (!frame.ok() || !*frame) return out;
      if ((*frame)->has_get_heads()) out.push_back((*frame)->get_heads());
    }
  }
  std::size_t removals() {
    admission().remove_expired();
    take();
    return intents<CommitRemoval>().size();
  }

  Link& connect(std::uint64_t id) {
    Link& link = parts->links.connect(SessionId(id), kPeer, true);
    link.ready = true;
    return link;
  }
  // What it answers: no head, or that of the log.
  static v1::Heads answer(std::uint64_t request_id, const std::vector<LogId>& heads) {
    v1::Heads out;
    out.set_request_id(request_id);
    for (const LogId& head : heads) out.add_heads()->set_log_id(head.bytes());
    return out;
  }

  std::unique_ptr<Parts> parts;
  std::vector<Output> outputs;
};

// --- the grace time ---

TEST_F(AdmissionAlone, TheGraceTimeCountsLivedTimeAndNoJumpOfTheClock) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  take();
  const auto out = intents<CommitOutOfPolicy>();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].second.since, UnixMillis{1'000'000});
  EXPECT_EQ(out[0].second.lived, hours(100));
  pass(minutes(59), hours(24 * 365));
  EXPECT_EQ(removals(), 0U);
  pass(minutes(1));
  EXPECT_EQ(removals(), 1U);
  EXPECT_EQ(removals(), 0U) << "it is with the store";
}

TEST_F(AdmissionAlone, TheGraceTimeGoesOnWhereTheLastStartLeftIt) {
  LogState state = held_log();
  state.out_since = UnixMillis{1'000};
  state.out_lived = hours(99) + minutes(30);
  begin(stored(state));
  admission().keep_for_grace(log());
  take();
  EXPECT_TRUE(intents<CommitOutOfPolicy>().empty()) << "the store knows it";
  EXPECT_EQ(log().state().out_since, UnixMillis{1'000});
  pass(minutes(29));
  EXPECT_EQ(removals(), 0U);
  pass(minutes(1));
  EXPECT_EQ(removals(), 1U);
}

TEST_F(AdmissionAlone, HowLongItLivedIsSavedWhileAGraceRunsAndBeforeWhatCountsFromIt) {
  begin(stored(held_log()));
  pass(limits::kLivedSaved);
  (void)admission().recompute();
  take();
  EXPECT_TRUE(intents<CommitLived>().empty()) << "nothing counts from it";
  admission().keep_for_grace(log());
  take();
  ASSERT_EQ(intents<CommitLived>().size(), 1U);
  EXPECT_EQ(intents<CommitLived>()[0].second.lived, hours(100) + limits::kLivedSaved);
  ASSERT_EQ(intents<CommitOutOfPolicy>().size(), 1U);
  EXPECT_LT(intents<CommitLived>()[0].first, intents<CommitOutOfPolicy>()[0].first);
  (void)admission().recompute();
  EXPECT_EQ(admission().next_refresh(), parts->effects.now().mono + limits::kLivedSaved);
  pass(limits::kLivedSaved);
  (void)admission().recompute();
  take();
  EXPECT_EQ(intents<CommitLived>().size(), 1U);
}

TEST_F(AdmissionAlone, ItIsLookedAtAgainWhenTheGraceTimeEnds) {
  LogState state = held_log();
  state.out_since = UnixMillis{1'000};
  state.out_lived = hours(99) + minutes(3);
  begin(stored(state));
  (void)admission().recompute();
  EXPECT_EQ(admission().next_refresh(), kStart + limits::kTrustRefresh);
  admission().keep_for_grace(log());
  EXPECT_EQ(admission().next_refresh(), kStart + minutes(3));
}

TEST_F(AdmissionAlone, OfALogOfWhichNothingIsHeldNothingIsKept) {
  LogState state;
  state.id = kLog;
  begin(stored(state));
  admission().keep_for_grace(log());
  take();
  EXPECT_TRUE(outputs.empty());
  EXPECT_FALSE(log().state().out_since);
}

TEST_F(AdmissionAlone, WhatComesBackInTimeIsReadmittedAndStays) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  pass(minutes(59));
  take();
  admission().begin_admitted(kLog);
  admission().readmit_if_out(log());
  take();
  EXPECT_EQ(intents<CommitReadmission>().size(), 1U);
  EXPECT_FALSE(log().state().out_since);
  pass(hours(2));
  EXPECT_EQ(removals(), 0U);
}

TEST_F(AdmissionAlone, WhatComesBackBehindItsRemovalIsReadmittedOnlyIfThatFails) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  pass(hours(1));
  ASSERT_EQ(removals(), 1U);
  const IntentId removal = intents<CommitRemoval>()[0].first;
  PeerRecord pinned;
  pinned.node_key = NodeKey::from(Bytes(32, 'q'));
  pinned.log = kLog;
  parts->peers.pin(pinned);
  EXPECT_EQ(admission().recompute().added, (std::vector<LogId>{kLog, kOwn}));
  admission().begin_admitted(kLog);
  admission().readmit_if_out(log());
  take();
  EXPECT_TRUE(intents<CommitReadmission>().empty());
  parts->effects.answer({removal, fail(Code::kIo, "the disk does not answer")});
  take();
  EXPECT_EQ(intents<CommitReadmission>().size(), 1U);
  EXPECT_TRUE(parts->store.has_failed());
  EXPECT_FALSE(log().removing());
}

TEST_F(AdmissionAlone, WhatIsRemovedIsNotRemovedAgain) {
  begin(stored(held_log()));
  admission().keep_for_grace(log());
  pass(hours(1));
  ASSERT_EQ(removals(), 1U);
  parts->effects.answer({intents<CommitRemoval>()[0].first, Answer(Done{})});
  EXPECT_EQ(log().held(), TreeSize(0));
  pass(hours(1));
  EXPECT_EQ(removals(), 0U);
}

// --- asks ---

TEST_F(AdmissionAlone, AnAskIsRememberedUntilItIsAnswered) {
  begin(stored(held_log()));
  Link& link = connect(1);
  admission().remember_asks({kLog, kOwn});
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_TRUE(intents<CommitAsks>()[0].second.open);
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kLog}}))
      << "our own log is asked for now, and not remembered";
  ASSERT_EQ(requests().size(), 1U);
  const std::uint64_t request = requests()[0].request_id();
  admission().remember_asks({kLog});
  take();
  EXPECT_TRUE(intents<CommitAsks>().empty()) << "it is remembered";
  EXPECT_TRUE(admission().on_heads(link, answer(request, {})));
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_FALSE(intents<CommitAsks>()[0].second.open);
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kLog}}));
  EXPECT_FALSE(admission().on_heads(link, answer(request, {}))) << "it is no longer open";
}

TEST_F(AdmissionAlone, AnAskThatTheStoreDidNotTakeIsWrittenAgainAndHoldsTheCursors) {
  begin(stored(held_log()));
  Link& link = connect(1);
  parts->cursors.pass(link, JournalSeq(7));
  admission().ask_later(kPeer, kLog);
  take();
  const auto first = intents<CommitAsks>();
  ASSERT_EQ(first.size(), 1U);
  parts->effects.answer({first[0].first, fail(Code::kDiskFull, "the disk is full")});
  EXPECT_FALSE(parts->cursors.after(link, LogId(), JournalSeq())) << "a restart would not ask";
  EXPECT_TRUE(parts->store.has_failed());
  take();
  parts->news.store_back();
  take();
  const auto again = intents<CommitAsks>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(again[0].second.open);
  EXPECT_EQ(again[0].second.asks, first[0].second.asks);
  parts->effects.answer({again[0].first, Answer(Done{})});
  EXPECT_TRUE(parts->cursors.after(link, LogId(), JournalSeq()));
}

TEST_F(AdmissionAlone, AnAskThatWasSettledMeanwhileIsForgottenWhenTheStoreIsBack) {
  begin(stored(held_log()));
  connect(1);
  admission().ask_later(kPeer, kLog);
  admission().ask_settled(kPeer, kLog);
  take();
  for (const auto& [id, asks] : intents<CommitAsks>())
    parts->effects.answer({id, fail(Code::kDiskFull, "the disk is full")});
  parts->news.store_back();
  take();
  const auto again = intents<CommitAsks>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_FALSE(again[0].second.open);
}

TEST_F(AdmissionAlone, AHeadOfTheLogLeavesTheAskUntilWhatItOffersIsSettled) {
  begin(stored(held_log(), {{kPeer, kLog}, {kPeer, kOther}}));
  Link& link = connect(1);
  admission().ask_all(link);
  take();
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].log_ids_size(), 2);
  EXPECT_TRUE(admission().on_heads(link, answer(requests()[0].request_id(), {kLog})));
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U) << "the log that it leaves out is settled";
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kOther}}));
  admission().ask_settled(kPeer, kLog);
  admission().ask_settled(kPeer, kLog);
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kLog}}));
}

TEST_F(AdmissionAlone, WhatAPeerHasNotAnsweredItIsAskedForWhenItIsBack) {
  begin(stored(held_log(), {{kPeer, kLog}}));
  Link& link = connect(1);
  admission().ask_all(link);
  take();
  ASSERT_EQ(requests().size(), 1U);
  admission().on_refused(link, requests()[0].request_id());
  parts->links.lost(link, "the cable");
  admission().ask_all(connect(2));
  take();
  EXPECT_TRUE(intents<CommitAsks>().empty());
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].log_ids(0), kLog.bytes());
}

TEST_F(AdmissionAlone, OfLogsThatRestedAPeerIsAskedForThoseThatAreRemembered) {
  begin(stored(held_log()));
  (void)connect(1);
  admission().ask_later(kPeer, kLog);
  admission().ask_later(kPeer, kLog);
  take();
  EXPECT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_TRUE(requests().empty()) << "not yet";
  admission().ask_again({kLog, kOther});
  take();
  ASSERT_EQ(requests().size(), 1U);
  ASSERT_EQ(requests()[0].log_ids_size(), 1);
  EXPECT_EQ(requests()[0].log_ids(0), kLog.bytes());
}

TEST_F(AdmissionAlone, WhatIsOutsideThePolicyIsNotAskedForAnyMore) {
  begin(stored(held_log(), {{kPeer, kLog}}));
  admission().forget_outside_asks();
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_FALSE(intents<CommitAsks>()[0].second.open);
  admission().ask_all(connect(1));
  take();
  EXPECT_TRUE(requests().empty());
}

TEST_F(AdmissionAlone, SoManyLogsAreAskedForAtATime) {
  begin(stored(held_log()));
  Link& link = connect(1);
  std::vector<LogId> many;
  for (std::size_t i = 0; i < limits::kLogIdsPerRequest * limits::kOpenRequests / 2 + 1; ++i) {
    LogId id;
    id.data[0] = static_cast<unsigned char>(i >> 8U);
    id.data[1] = static_cast<unsigned char>(i & 0xffU);
    many.push_back(id);
  }
  admission().ask_for(link, many);
  take();
  const auto sent = requests();
  ASSERT_EQ(sent.size(), limits::kOpenRequests / 2);
  EXPECT_TRUE(admission().on_heads(link, answer(sent[0].request_id(), {})));
  take();
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].log_ids_size(), 1);
}

}  // namespace
}  // namespace koinon::test
