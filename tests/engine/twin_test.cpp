// Another node with our key is known by the epochs that it gives to our followers. Epochs that a rollback has
// lost are not its.
#include "tests/engine/alone.h"
#include "tests/engine/our_epochs.h"

namespace koinon::engine::test::twin_test {
namespace {

// A node of Milan's log, whose store knew epoch 5 when it was opened, and has begun 6. Oslo and Rome follow
// it.
class TwinAlone : public Alone {
 protected:
  TwinAlone() : Alone(state(), config()) {}

  static EngineConfig config() {
    EngineConfig out;
    out.epochs = own_epochs(our_key());
    return out;
  }
  static StoreState state() {
    StoreState out = pinned({kOslo, kRome}, {state_of(kMilan, 2, 1)});
    out.own_log = kMilan.log_id();
    out.epochs = {{ours(5), JournalSeq(1), {}}, {ours(6), {}, {}}};
    return out;
  }
  // A session of the peer, in which it follows us. The session before has ended.
  void follow(char number, const Epoch& epoch) {
    if (Link* before = parts.links.with_peer(key_of<NodeKey>(number)); before != nullptr) cut(*before);
    v1::Frame frame;
    frame.mutable_follow()->set_epoch(Bytes(epoch.view()));
    frame.mutable_follow()->set_cursor(1);
    parts.take(connect(number), frame, 0);
    parts.settle();
    look();
  }
  // The number of the lost epoch that the store is to count above; 0: it is not asked.
  std::uint32_t begins_above() const {
    const auto asks = asked<BeginEpoch>();
    return asks.empty() ? 0 : asks.back().intent.shown;
  }
  void begin_epoch(std::uint32_t counter) {
    answer(asked<BeginEpoch>().at(0).id,
           Answer(EpochBegun{{{ours(5), JournalSeq(1), {}}, {ours(6), {}, {}}, {ours(counter), {}, {}}}}));
    settle();
  }
  SigningState signing() {
    parts.settle();
    return parts.standing.view().state;
  }
};

TEST_F(TwinAlone, WhoFollowedUsAndThenALaterStartWithOurKeyHasShownATwin) {
  follow('\1', ours(6));
  EXPECT_EQ(signing(), SigningState::kAsks);
  follow('\1', ours(9));
  EXPECT_EQ(signing(), SigningState::kTwin);
  EXPECT_EQ(begins_above(), 9U) << "the other node is to be shown a later one";
  EXPECT_EQ(told(Event::Kind::kRolledBack), 0U);
}

TEST_F(TwinAlone, SoHasWhoFollowedTheSameStartOfACopy) {
  follow('\1', ours(6));
  follow('\1', ours(6, 'x'));
  EXPECT_EQ(signing(), SigningState::kTwin);
}

TEST_F(TwinAlone, AnEpochThatWeDidNotMakeIsNoTwins) {
  Epoch forged = ours(9);
  forged.data[Epoch::kSize - 1] ^= 1;
  follow('\1', ours(6));
  follow('\1', forged);
  EXPECT_EQ(signing(), SigningState::kAsks);
}

TEST_F(TwinAlone, WhoShowsALaterOneEachTimeFollowsATwin) {
  follow('\1', ours(9));
  EXPECT_EQ(begins_above(), 9U) << "the first time it may be one that our store has lost";
  begin_epoch(10);
  EXPECT_EQ(signing(), SigningState::kAsks);
  follow('\1', ours(12));
  EXPECT_EQ(signing(), SigningState::kTwin);
}

TEST_F(TwinAlone, WhatTwoPeersKeptOfLostStartsIsNoTwinThoughOneComesInBetween) {
  follow('\1', ours(10));
  EXPECT_EQ(begins_above(), 10U);
  // Rome comes before the store has begun the new one, and is not heard.
  follow('\2', ours(12));
  EXPECT_EQ(begins_above(), 0U);
  EXPECT_EQ(signing(), SigningState::kAsks);
}

TEST_F(TwinAlone, ALostEpochIsHandledThoughItWasFirstShownWhileAnotherBegan) {
  follow('\1', ours(10));
  const auto begin = asked<BeginEpoch>();
  ASSERT_EQ(begin.size(), 1U);
  follow('\2', ours(12));
  answer(begin[0].id,
         Answer(EpochBegun{{{ours(5), JournalSeq(1), {}}, {ours(6), {}, {}}, {ours(11), {}, {}}}}));
  settle();
  follow('\2', ours(12));
  EXPECT_EQ(begins_above(), 12U);
  begin_epoch(13);
  follow('\1', ours(10));
  follow('\2', ours(12));
  EXPECT_EQ(begins_above(), 0U);
  EXPECT_EQ(signing(), SigningState::kAsks);
  // And now both follow us.
  follow('\1', ours(13));
  follow('\2', ours(13));
  EXPECT_NE(signing(), SigningState::kTwin);
}

// --- whose word it is ---

class TwinAmongPeers : public TwinAlone {
 protected:
  void show_twin(char number) {
    follow(number, ours(6));
    follow(number, ours(9));
  }
  void deny(char number) {
    Link* link = parts.links.with_peer(key_of<NodeKey>(number));
    if (link == nullptr) link = &connect(number);
    v1::Seen seen;
    seen.set_size(2);
    seen.set_root(parts.logs.at(kMilan.log_id()).state().range.root().bytes());
    seen.set_caught_up(true);
    parts.standing.on_seen(*link, seen);
  }
  void after_the_wait() { begin(limits::kSigningWait + std::chrono::minutes(1)); }
};

// Nothing said before that they hold our log.
TEST_F(TwinAmongPeers, WhoHoldsOurLogSinceWeAskSeesATwinAsWellAsAny) {
  deny('\1');
  deny('\2');
  show_twin('\1');
  after_the_wait();
  EXPECT_EQ(signing(), SigningState::kTwin) << "one of two knows of none";
}

class TwinAmongThree : public TwinAmongPeers {
 protected:
  // Milan is ours; Oslo, Rome and Bern have held it. Each says that it saw what we hold.
  TwinAmongThree() {
    pin('\3', "bern");
    for (const char number : {'\1', '\2'}) parts.peers.set_held_ours(key_of<NodeKey>(number));
  }
  void pin(char number, const char* name) {
    PeerRecord peer;
    peer.node_key = key_of<NodeKey>(number);
    peer.log = city(name).log_id();
    parts.peers.pin(peer);
    parts.peers.set_held_ours(peer.node_key);
  }
};

TEST_F(TwinAmongThree, TheWordOfOneHoldsForAWhileWhereTheOthersKnowOfNone) {
  show_twin('\1');
  deny('\2');
  deny('\3');
  EXPECT_EQ(signing(), SigningState::kTwin);
  after_the_wait();
  EXPECT_EQ(signing(), SigningState::kSigns) << "two of three";
}

TEST_F(TwinAmongThree, HalfOfThemIsNotEnoughToDenyIt) {
  pin('\4', "ulm");
  show_twin('\1');
  deny('\2');
  deny('\3');
  after_the_wait();
  EXPECT_EQ(signing(), SigningState::kTwin);
}

// It could not have followed whom it would know of.
TEST_F(TwinAmongThree, AnAnswerThatWasCarriedHereDeniesNoTwin) {
  show_twin('\1');
  deny('\2');
  BroughtAnswer carried;
  carried.peer = key_of<NodeKey>('\3');
  carried.question = parts.brought.question().value_or(SigningQuestion());
  carried.caught_up = true;
  ASSERT_TRUE(parts.brought.take(carried).ok());
  after_the_wait();
  EXPECT_EQ(signing(), SigningState::kTwin);
}

TEST_F(TwinAmongThree, ASecondWordStopsAgainWhoSignsOn) {
  show_twin('\1');
  deny('\2');
  deny('\3');
  after_the_wait();
  ASSERT_EQ(signing(), SigningState::kSigns);
  show_twin('\2');
  EXPECT_EQ(signing(), SigningState::kTwin);
  begin(3 * limits::kSigningWait);
  EXPECT_EQ(signing(), SigningState::kTwin) << "one of three knows of none";
}

TEST_F(TwinAmongThree, TheOperatorsWordGoesOnWithoutTheOneThatShowedIt) {
  show_twin('\1');
  parts.standing.take_word({key_of<NodeKey>('\1')}, false);
  EXPECT_NE(signing(), SigningState::kTwin);
  show_twin('\1');
  EXPECT_NE(signing(), SigningState::kTwin) << "nor does it hear it again";
}

}  // namespace
}  // namespace koinon::engine::test::twin_test
