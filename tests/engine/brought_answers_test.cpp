// Answers of peers that no line reaches, carried to the node.
#include <gtest/gtest.h>

#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::brought_answers_test {
namespace {

class BroughtAnswers : public NetworkTest {
 protected:
  BroughtAnswers() {
    network.peer(seoul, milan);
    publish_and_cut(milan, 3);
    seoul.config.standing.mark = MarkSays::kNone;
    seoul.restart();
    network.drive();
    EXPECT_EQ(state(seoul), SigningState::kAsks);
  }

  // Seoul publishes, the peer follows it, and then no line reaches it.
  void publish_and_cut(TestNode& peer, std::size_t entries) {
    const SessionId session = network.connect(seoul, peer);
    network.drive();
    seoul.publish(entries);
    network.drive();
    network.advance(std::chrono::seconds(2));
    network.cut(session);
  }
  // What the peer saw of Seoul's log, in answer to this node's question.
  BroughtAnswer answer_to(const TestNode& node, const TestNode& peer) const {
    BroughtAnswer out;
    out.peer = peer.as_peer().node_key;
    out.question = node.engine->question().value_or(SigningQuestion());
    out.head = peer.store->log_state(seoul.id())->whole;
    out.caught_up = true;
    return out;
  }
  // Seoul's folder from its first day.
  TestNode& older(const std::vector<TestNode*>& peers) {
    TestNode& out = network.add("seoul.example");
    for (const TestNode* peer : peers) {
      const auto pin = [&]() -> Status {
        KOINON_TRY(out.store->put_peer(peer->as_peer()));
        return out.store->set_held_ours(peer->as_peer().node_key);
      };
      EXPECT_TRUE(out.change(pin).ok());
    }
    out.restart();
    network.drive();
    return out;
  }
  Status take(TestNode& node, const BroughtAnswer& answer) {
    const Status taken = node.engine->on_answer(node.now, answer);
    network.drive();
    return taken;
  }
  void expect_refused(TestNode& node, const BroughtAnswer& answer, const std::string& field) {
    const Status taken = take(node, answer);
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(taken.error().field, field);
  }
  static SigningState state(const TestNode& node) { return node.engine->signing().state; }

  static EngineConfig marked() {
    EngineConfig config;
    config.standing.mark = MarkSays::kAgrees;
    return config;
  }

  TestNode& seoul = network.add("seoul.example", marked());
  TestNode& milan = network.add("milan.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, BroughtAnswers, seeds(2));

TEST_P(BroughtAnswers, CountLikeThoseOfASession) {
  ASSERT_TRUE(take(seoul, answer_to(seoul, milan)).ok());
  EXPECT_EQ(state(seoul), SigningState::kSigns);
}

TEST_P(BroughtAnswers, OfWhoHadNotCaughtUpNeverCount) {
  BroughtAnswer answer = answer_to(seoul, milan);
  answer.caught_up = false;
  expect_refused(seoul, answer, "caught_up");
  network.advance(2 * limits::kSigningWait);
  EXPECT_EQ(state(seoul), SigningState::kAsks);
}

TEST_P(BroughtAnswers, OfWhoHadNotCaughtUpStopTheNodeAllTheSame) {
  TestNode& old = older({&milan});
  BroughtAnswer answer = answer_to(old, milan);
  answer.caught_up = false;
  expect_refused(old, answer, "caught_up");
  EXPECT_EQ(state(old), SigningState::kBehind);
}

TEST_P(BroughtAnswers, OfAStrangerAreRefused) {
  BroughtAnswer answer = answer_to(seoul, milan);
  answer.peer = NodeKey::from(Bytes(32, 's'));
  expect_refused(seoul, answer, "peer");
  EXPECT_EQ(state(seoul), SigningState::kAsks);
}

TEST_P(BroughtAnswers, OfAStrangerOrToAnotherQuestionStopTheNodeAllTheSame) {
  TestNode& old = older({&milan});
  BroughtAnswer strange = answer_to(old, milan);
  strange.peer = NodeKey::from(Bytes(32, 's'));
  expect_refused(old, strange, "peer");
  EXPECT_EQ(state(old), SigningState::kBehind);
  TestNode& other = older({&milan});
  BroughtAnswer late = answer_to(other, milan);
  late.question.number += 1;
  expect_refused(other, late, "question");
  EXPECT_EQ(state(other), SigningState::kBehind) << "the head is signed by our own key";
}

TEST_P(BroughtAnswers, SayNothingAgainstAWordThatCouldNotBeShown) {
  TestNode& old = older({&milan});
  const SessionId session = network.connect(old, milan);
  network.tamper_frames(session, milan, [](v1::Frame& frame) { return !frame.has_heads(); });
  network.drive();
  network.cut(session);
  network.advance(2 * limits::kShowWait);
  BroughtAnswer nothing = answer_to(old, milan);
  nothing.head.reset();
  expect_refused(old, nothing, "peer");
}

TEST_P(BroughtAnswers, ToAQuestionBeforeARollbackWasProvenCountNoMore) {
  TestNode& oslo = network.add("oslo.example");
  TestNode& old = older({&milan, &oslo});
  BroughtAnswer milans = answer_to(old, milan);
  milans.head.reset();
  BroughtAnswer oslos = milans;
  oslos.peer = oslo.as_peer().node_key;
  ASSERT_TRUE(take(old, milans).ok());
  ASSERT_TRUE(take(old, oslos).ok());
  ASSERT_EQ(state(old), SigningState::kSigns) << "both say that they saw nothing";
  oslos.head = milan.store->log_state(seoul.id())->whole;
  ASSERT_TRUE(take(old, oslos).ok());
  EXPECT_EQ(state(old), SigningState::kBehind);
  EXPECT_NE(old.engine->question()->number, milans.question.number);
  expect_refused(old, milans, "question");
}

TEST_P(BroughtAnswers, ToAnotherStartAreRefused) {
  const BroughtAnswer early = answer_to(seoul, milan);
  seoul.restart();
  network.drive();
  expect_refused(seoul, early, "question");
  EXPECT_EQ(state(seoul), SigningState::kAsks);
}

TEST_P(BroughtAnswers, ToAnotherQuestionOfTheSameStartAreRefused) {
  const BroughtAnswer early = answer_to(seoul, milan);
  seoul.engine->on_resumed(seoul.now);
  network.drive();
  expect_refused(seoul, early, "question");
  EXPECT_EQ(state(seoul), SigningState::kAsks);
  ASSERT_TRUE(take(seoul, answer_to(seoul, milan)).ok());
  EXPECT_EQ(state(seoul), SigningState::kSigns);
}

TEST_P(BroughtAnswers, SayNothingAgainstThePeersOwnWord) {
  TestNode& oslo = network.add("oslo.example");
  network.peer(seoul, oslo);
  network.advance(2 * limits::kSigningWait);
  publish_and_cut(oslo, 0);
  seoul.restart();
  const BroughtAnswer early = answer_to(seoul, milan);
  network.connect(seoul, milan);
  network.drive();
  ASSERT_EQ(state(seoul), SigningState::kAsks) << "Oslo is awaited";
  expect_refused(seoul, early, "peer");
}

TEST_P(BroughtAnswers, AreOutweighedByASessionThatComesLater) {
  TestNode& old = older({&milan});
  BroughtAnswer nothing = answer_to(old, milan);
  nothing.head.reset();
  ASSERT_TRUE(take(old, nothing).ok());
  EXPECT_EQ(state(old), SigningState::kSigns) << "it was told that nobody has more";
  network.connect(old, milan);
  network.drive();
  EXPECT_EQ(old.holds(old), seoul.holds(seoul)) << "its own word brings all back";
  EXPECT_FALSE(old.events_of(Event::Kind::kRolledBack).empty());
}

TEST_P(BroughtAnswers, ThatAreOlderThanOneThatCameAreRefused) {
  TestNode& old = older({&milan});
  const BroughtAnswer newer = answer_to(old, milan);
  BroughtAnswer earlier = newer;
  earlier.head = old.store->log_state(seoul.id())->whole;
  ASSERT_TRUE(take(old, newer).ok());
  expect_refused(old, earlier, "head");
  EXPECT_EQ(state(old), SigningState::kBehind);
  EXPECT_TRUE(take(old, newer).ok()) << "the same once more says nothing new";
}

TEST_P(BroughtAnswers, WithALargerHeadStopTheNodeUntilItHasItsEntries) {
  TestNode& oslo = network.add("oslo.example");
  network.peer(seoul, oslo);
  TestNode& old = older({&milan, &oslo});
  const auto before = old.holds(old);
  ASSERT_TRUE(take(old, answer_to(old, milan)).ok());
  EXPECT_EQ(state(old), SigningState::kBehind);
  EXPECT_EQ(old.engine->signing().shown_by, milan.as_peer().node_key);
  EXPECT_GT(old.engine->signing().shown.value, before);
  EXPECT_EQ(old.events_of(Event::Kind::kRolledBack).size(), 1U);
  network.connect(old, milan);
  network.drive();
  EXPECT_EQ(old.holds(old), seoul.holds(seoul));
  EXPECT_NE(state(old), SigningState::kBehind);
}

TEST_P(BroughtAnswers, WithAnotherHistoryFreezeTheLog) {
  TestNode& old = older({});
  old.publish(5, "food/security");
  EXPECT_TRUE(old.change([&] { return old.store->put_peer(milan.as_peer()); }).ok());
  old.restart();
  network.drive();
  ASSERT_TRUE(take(old, answer_to(old, milan)).ok());
  EXPECT_EQ(state(old), SigningState::kForked);
}

// Milan has seen one history, Oslo another one. The node has neither.
class BroughtHistories : public BroughtAnswers {
 protected:
  void give_oslo(std::size_t entries) {
    TestNode& twin = older({});
    network.peer(twin, oslo);
    const SessionId session = network.connect(twin, oslo);
    network.drive();
    twin.publish(entries - twin.holds(twin), "food/security");
    network.drive();
    network.cut(session);
    network.drive();
    EXPECT_EQ(oslo.holds(seoul), entries);
  }
  void freezes_once_it_has_grown() {
    TestNode& old = older({&milan, &oslo});
    ASSERT_TRUE(take(old, answer_to(old, milan)).ok());
    ASSERT_EQ(state(old), SigningState::kBehind);
    network.connect(old, oslo);
    network.drive();
    network.connect(old, oslo);  // it has shown a later start of this node, which has begun a new epoch
    network.drive();
    EXPECT_EQ(old.holds(old), oslo.holds(old));
    EXPECT_EQ(state(old), SigningState::kForked);
  }
  TestNode& oslo = network.add("oslo.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, BroughtHistories, seeds(2));

TEST_P(BroughtHistories, OfWhichOneIsLongerFreezeTheLogOnceItHasGrownSoFar) {
  give_oslo(milan.holds(seoul) + 5);
  freezes_once_it_has_grown();
}

TEST_P(BroughtHistories, OfOneSizeFreezeTheLogOnceItHasGrownSoFar) {
  give_oslo(milan.holds(seoul));
  freezes_once_it_has_grown();
}

TEST_P(BroughtHistories, OfOneSizeThatAreBothCarriedFreezeTheLogAtOnce) {
  give_oslo(milan.holds(seoul));
  TestNode& old = older({&milan, &oslo});
  ASSERT_TRUE(take(old, answer_to(old, milan)).ok());
  EXPECT_EQ(state(old), SigningState::kBehind);
  (void)take(old, answer_to(old, oslo));
  EXPECT_EQ(state(old), SigningState::kForked);
}

}  // namespace
}  // namespace koinon::test::brought_answers_test
