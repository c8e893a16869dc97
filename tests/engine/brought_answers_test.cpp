// Answers of peers that no line reaches, carried to the node in a file.
#include <gtest/gtest.h>

#include "tests/engine/network.h"

namespace koinon::test {
namespace {

class BroughtAnswers : public NetworkTest {
 protected:
  BroughtAnswers() {
    network.peer(seoul, milan);
    const SessionId session = network.connect(seoul, milan);
    network.drive();
    seoul.publish(3);
    network.drive();
    network.advance(std::chrono::seconds(2));
    network.cut(session);
    seoul.restart();
    network.drive();
  }

  // Milan says to this node what it saw of its log.
  BroughtAnswer answer_to(const TestNode& node) const {
    BroughtAnswer out;
    out.peer = milan.as_peer().node_key;
    out.asked_in = node.store->load_state()->epochs.back().epoch;
    out.head = milan.store->log_state(seoul.id())->whole;
    out.caught_up = true;
    return out;
  }
  // Seoul's folder from before the last notes.
  TestNode& older(std::size_t entries) {
    TestNode& out = network.add("seoul.example");
    const auto pin = [&]() -> Status {
      KOINON_TRY(out.store->put_peer(milan.as_peer()));
      return out.store->set_held_ours(milan.as_peer().node_key);
    };
    EXPECT_TRUE(out.change(pin).ok());
    out.publish(entries);
    out.restart();
    network.drive();
    return out;
  }
  static SigningState state(const TestNode& node) { return node.engine->signing().state; }

  TestNode& seoul = network.add("seoul.example");
  TestNode& milan = network.add("milan.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, BroughtAnswers, testing::Range(1U, 3U));

TEST_P(BroughtAnswers, CountLikeThoseOfASession) {
  ASSERT_EQ(state(seoul), SigningState::kAsks);
  ASSERT_TRUE(seoul.engine->on_answer(seoul.now, answer_to(seoul)).ok());
  network.drive();
  EXPECT_EQ(state(seoul), SigningState::kSigns);
}

TEST_P(BroughtAnswers, OfWhoHadNotCaughtUpCountLater) {
  BroughtAnswer answer = answer_to(seoul);
  answer.caught_up = false;
  ASSERT_TRUE(seoul.engine->on_answer(seoul.now, answer).ok());
  network.drive();
  EXPECT_EQ(state(seoul), SigningState::kAsks);
  network.advance(std::chrono::minutes(11));
  EXPECT_EQ(state(seoul), SigningState::kSigns);
}

TEST_P(BroughtAnswers, ToAnotherStartOrOfAStrangerAreRefused) {
  const BroughtAnswer early = answer_to(seoul);
  seoul.restart();
  network.drive();
  const Status late = seoul.engine->on_answer(seoul.now, early);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().field, "epoch");
  BroughtAnswer strange = answer_to(seoul);
  strange.peer = NodeKey::from(Bytes(32, 's'));
  const Status unknown = seoul.engine->on_answer(seoul.now, strange);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().field, "peer");
  network.drive();
  EXPECT_EQ(state(seoul), SigningState::kAsks);
}

TEST_P(BroughtAnswers, WithALargerHeadStopTheNodeUntilItHasItsEntries) {
  TestNode& old = older(1);
  const auto before = old.holds(old);
  ASSERT_TRUE(old.engine->on_answer(old.now, answer_to(old)).ok());
  network.drive();
  EXPECT_EQ(state(old), SigningState::kBehind);
  EXPECT_EQ(old.engine->signing().shown_by, milan.as_peer().node_key);
  EXPECT_GT(old.engine->signing().shown.value, before);
  EXPECT_EQ(old.events_of(Event::Kind::kRolledBack).size(), 1U);
}

TEST_P(BroughtAnswers, WithAnotherHistoryFreezeTheLog) {
  TestNode& old = older(0);
  old.publish(5, "food/security");
  old.restart();
  network.drive();
  ASSERT_TRUE(old.engine->on_answer(old.now, answer_to(old)).ok());
  network.drive();
  EXPECT_EQ(state(old), SigningState::kForked);
}

}  // namespace
}  // namespace koinon::test
