// Heads that are asked for by name: an ask is remembered until it is answered, over restarts too.
#include "node/engine/head_asks.h"

#include "tests/engine/parts_alone.h"

namespace koinon::test::head_asks_test {
namespace {

class HeadAsksAlone : public PartsAlone {
 protected:
  HeadAsks& asks() { return parts->asks; }
};

TEST_F(HeadAsksAlone, AnAskIsRememberedUntilItIsAnswered) {
  begin(stored(held_log()));
  Link& link = connect(1);
  asks().add_for_all({kLog, kOwn});
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_TRUE(intents<CommitAsks>()[0].second.open);
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kLog}}))
      << "our own log is asked for now, and not remembered";
  ASSERT_EQ(requests().size(), 1U);
  const std::uint64_t request = requests()[0].request_id();
  asks().add_for_all({kLog});
  take();
  EXPECT_TRUE(intents<CommitAsks>().empty()) << "it is remembered";
  EXPECT_TRUE(asks().on_heads(link, answer(request, {})));
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_FALSE(intents<CommitAsks>()[0].second.open);
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kLog}}));
  EXPECT_FALSE(asks().on_heads(link, answer(request, {}))) << "it is no longer open";
}

TEST_F(HeadAsksAlone, AnAskThatTheStoreDidNotTakeIsWrittenAgainAndHoldsTheCursors) {
  begin(stored(held_log()));
  Link& link = connect(1);
  parts->cursors.pass(link, JournalSeq(7));
  asks().add(kPeer, kLog);
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

TEST_F(HeadAsksAlone, AnAskThatWasSettledMeanwhileIsForgottenWhenTheStoreIsBack) {
  begin(stored(held_log()));
  connect(1);
  asks().add(kPeer, kLog);
  asks().settle(kPeer, kLog);
  take();
  for (const auto& [id, asks] : intents<CommitAsks>())
    parts->effects.answer({id, fail(Code::kDiskFull, "the disk is full")});
  parts->news.store_back();
  take();
  const auto again = intents<CommitAsks>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_FALSE(again[0].second.open);
}

TEST_F(HeadAsksAlone, AHeadOfTheLogLeavesTheAskUntilWhatItOffersIsSettled) {
  begin(stored(held_log(), {{kPeer, kLog}, {kPeer, kOther}}));
  Link& link = connect(1);
  asks().ask_all(link);
  take();
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].log_ids_size(), 2);
  EXPECT_TRUE(asks().on_heads(link, answer(requests()[0].request_id(), {kLog})));
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U) << "the log that it leaves out is settled";
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kOther}}));
  asks().settle(kPeer, kLog);
  asks().settle(kPeer, kLog);
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{kPeer, kLog}}));
}

TEST_F(HeadAsksAlone, WhatAPeerHasNotAnsweredItIsAskedForWhenItIsBack) {
  begin(stored(held_log(), {{kPeer, kLog}}));
  Link& link = connect(1);
  asks().ask_all(link);
  take();
  ASSERT_EQ(requests().size(), 1U);
  asks().on_refused(link, requests()[0].request_id());
  parts->links.lost(link, "the cable");
  asks().ask_all(connect(2));
  take();
  EXPECT_TRUE(intents<CommitAsks>().empty());
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].log_ids(0), kLog.bytes());
}

TEST_F(HeadAsksAlone, OfLogsThatRestedAPeerIsAskedForThoseThatAreRemembered) {
  begin(stored(held_log()));
  (void)connect(1);
  asks().add(kPeer, kLog);
  asks().add(kPeer, kLog);
  take();
  EXPECT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_TRUE(requests().empty()) << "not yet";
  asks().ask_again({kLog, kOther});
  take();
  ASSERT_EQ(requests().size(), 1U);
  ASSERT_EQ(requests()[0].log_ids_size(), 1);
  EXPECT_EQ(requests()[0].log_ids(0), kLog.bytes());
}

TEST_F(HeadAsksAlone, WhatIsOutsideThePolicyIsNotAskedForAnyMore) {
  begin(stored(held_log(), {{kPeer, kLog}}));
  asks().forget_outside(parts->trust);
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_FALSE(intents<CommitAsks>()[0].second.open);
  asks().ask_all(connect(1));
  take();
  EXPECT_TRUE(requests().empty());
}

TEST_F(HeadAsksAlone, SoManyLogsAreAskedForAtATime) {
  begin(stored(held_log()));
  Link& link = connect(1);
  std::vector<LogId> many;
  for (std::size_t i = 0; i < limits::kLogIdsPerRequest * limits::kOpenRequests / 2 + 1; ++i) {
    LogId id;
    id.data[0] = static_cast<unsigned char>(i >> 8U);
    id.data[1] = static_cast<unsigned char>(i & 0xffU);
    many.push_back(id);
  }
  asks().add_unheld(many);
  asks().ask_all(link);
  take();
  const auto sent = requests();
  ASSERT_EQ(sent.size(), limits::kOpenRequests / 2);
  EXPECT_TRUE(asks().on_heads(link, answer(sent[0].request_id(), {})));
  take();
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].log_ids_size(), 1);
}

// --- logs of which nothing is held at a start ---

TEST_F(HeadAsksAlone, OfALogOfWhichNothingIsHeldNothingIsStoredBeforeSomethingComes) {
  StoreState state = stored(held_log());
  PeerRecord other;
  other.node_key = NodeKey::from(Bytes(32, 'q'));
  state.peers.push_back(other);
  begin(std::move(state));
  asks().add_unheld({kOther, kOwn});
  Link& link = connect(1);
  asks().ask_all(link);
  take();
  EXPECT_TRUE(intents<CommitAsks>().empty());
  ASSERT_EQ(requests().size(), 1U);
  ASSERT_EQ(requests()[0].log_ids_size(), 1);
  EXPECT_EQ(requests()[0].log_ids(0), kOther.bytes());
  EXPECT_TRUE(asks().on_heads(link, answer(requests()[0].request_id(), {})));
  asks().store_unheld(kOther);
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_TRUE(intents<CommitAsks>()[0].second.open);
  EXPECT_EQ(intents<CommitAsks>()[0].second.asks, (std::vector<HeadAsk>{{other.node_key, kOther}}))
      << "who has answered is not asked again";
  asks().store_unheld(kOther);
  take();
  EXPECT_TRUE(intents<CommitAsks>().empty());
}

TEST_F(HeadAsksAlone, WhoAnsweredAboutWhatIsNotHeldIsAskedAgainOnlyForWhatWasPassedOver) {
  begin(stored(held_log()));
  asks().add_unheld({kOther});
  asks().settle(kPeer, kOther);
  asks().ask_all(connect(1));
  take();
  EXPECT_TRUE(requests().empty());
  asks().add(kPeer, kOther);
  asks().ask_again({kOther});
  take();
  EXPECT_TRUE(intents<CommitAsks>().empty());
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(HeadAsksAlone, AnAskThatTheStoreHasIsSettledThereThoughNothingIsHeld) {
  begin(stored(held_log(), {{kPeer, kOther}}));
  asks().add_unheld({kOther});
  asks().settle(kPeer, kOther);
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U);
  EXPECT_FALSE(intents<CommitAsks>()[0].second.open);
}

TEST_F(HeadAsksAlone, AVouchThatComesBackAsksEveryPeerAnew) {
  begin(stored(held_log()));
  asks().add_unheld({kOther});
  asks().settle(kPeer, kOther);
  (void)connect(1);
  asks().add_for_all({kOther});
  take();
  ASSERT_EQ(intents<CommitAsks>().size(), 1U) << "and from now on it is stored";
  EXPECT_EQ(requests().size(), 1U);
}

}  // namespace
}  // namespace koinon::test::head_asks_test
