// A log whose signing key is replaced: everybody follows, the old key is refused, whoever was away learns of
// it, and two statements of one number freeze the log.
#include <limits>

#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::rotation_test {
namespace {

class Rotation : public testing::TestWithParam<unsigned> {
 protected:
  // `thief` has the first key of the city and its node key. Milan and la know the city.
  void SetUp() override {
    network.peer(city, milan);
    network.peer(thief, milan);
    network.peer(thief, la);
    network.peer(milan, la);
    milan.vouch(city);
    la.vouch(city);
    milan_city = network.connect(milan, city);
    network.drive();
  }
  static std::size_t statements(TestNode& node, const TestNode& of) {
    const auto state = node.store->log_state(of.id());
    return state.ok() ? state->keys.changes().size() : 0;
  }
  // Milan connects to the thief, who hears nothing from it of any log. A first connection ends for the epochs
  // that the two nodes with one key have lost to each other.
  SessionId meet_thief() {
    SessionId session;
    for (int i = 0; i < 2; ++i) {
      session = network.connect(milan, thief);
      network.tamper_frames(session, milan, [](v1::Frame& frame) { return !frame.has_heads(); });
      network.drive();
    }
    EXPECT_TRUE(network.is_open(session));
    return session;
  }
  // Nobody is said to lie, and nothing is frozen.
  static void expect_calm(const TestNode& node) {
    EXPECT_TRUE(node.events_of(Event::Kind::kPeerLied).empty());
    EXPECT_TRUE(node.events_of(Event::Kind::kForked).empty());
  }
  void expect_evidence(TestNode& node) {
    ASSERT_NE(node.engine->log(city.id()), nullptr);
    EXPECT_TRUE(node.engine->log(city.id())->frozen) << node.name;
    EXPECT_TRUE(node.events_of(Event::Kind::kPeerLied).empty()) << node.name;
    const auto evidence = node.store->evidence(city.id());
    ASSERT_TRUE(evidence.ok());
    ASSERT_EQ(evidence->size(), 1U);
    v1::Evidence message;
    ASSERT_TRUE(message.ParseFromString(evidence->front().bytes));
    const auto verified = verify_evidence(message);
    EXPECT_TRUE(verified.ok()) << verified.error().text();
  }

  Network network{GetParam()};
  TestNode& city = network.add("city.example");
  TestNode& thief = network.add("city.example");
  TestNode& milan = network.add("milan.example");
  TestNode& la = network.add("la.example");
  SessionId milan_city;
};
INSTANTIATE_TEST_SUITE_P(Seeds, Rotation, seeds(6));

TEST_P(Rotation, IsFollowedByWhoeverHoldsTheLogAndByWhomTheyTell) {
  const SessionId milan_la = network.connect(milan, la);
  city.publish(2);
  network.drive();
  city.rotate("second");
  network.drive();
  city.publish(1);
  network.drive();
  for (TestNode* node : {&milan, &la}) {
    EXPECT_EQ(node->holds(city), 5U);
    EXPECT_EQ(statements(*node, city), 1U);
    EXPECT_EQ(node->events_of(Event::Kind::kKeyReplaced).size(), 1U);
    expect_calm(*node);
  }
  EXPECT_TRUE(city.events_of(Event::Kind::kKeyReplaced).empty()) << "it did that itself";
  EXPECT_NE(city.engine->signing().state, SigningState::kStopsForGood);
  EXPECT_TRUE(network.is_open(milan_la));
}

TEST_P(Rotation, IsCheckedBackToTheFirstKeyByWhoeverComesLater) {
  for (const char* key : {"second", "third", "fourth"}) {
    city.rotate(key);
    city.publish(1);
  }
  network.drive();
  network.connect(la, milan);
  network.drive();
  EXPECT_EQ(la.holds(city), 7U);
  EXPECT_EQ(statements(la, city), 3U);
  EXPECT_EQ(la.store->log_state(city.id())->keys.vkey().key, city.key_of("fourth").public_key());
  expect_calm(la);
}

TEST_P(Rotation, WhoWasAwayIsToldWhenItComesBack) {
  city.publish(2);
  network.drive();
  network.cut(milan_city);
  city.rotate("second");
  city.publish(1);
  milan.restart();
  network.connect(milan, city);
  network.drive();
  EXPECT_EQ(milan.holds(city), 5U);
  EXPECT_EQ(statements(milan, city), 1U);
  expect_calm(milan);
}

TEST_P(Rotation, ThenTheOldKeyIsRefusedByWhoeverHasSeenTheStatement) {
  city.rotate("second");
  network.drive();
  ASSERT_EQ(milan.holds(city), 2U);
  network.cut(milan_city);
  for (const bool restarted : {false, true}) {
    if (restarted) milan.restart();
    thief.publish(3);
    const SessionId session = meet_thief();
    EXPECT_EQ(milan.holds(city), 2U);
    EXPECT_FALSE(milan.engine->log(city.id())->frozen);
    EXPECT_TRUE(milan.events_of(Event::Kind::kPeerLied).empty()) << "it may not know that";
    EXPECT_LE(milan.engine->log(city.id())->seen->size.value, 2U);
    network.cut(session);
  }
}

TEST_P(Rotation, WhoHasNotTheNewKeyLearnsItAndStopsForGood) {
  city.rotate("second");
  network.drive();
  network.cut(milan_city);
  // It has lost the epochs of the other node that has its node key: the first connection ends for that.
  network.connect(milan, thief);
  network.drive();
  network.connect(milan, thief);
  network.drive();
  EXPECT_EQ(thief.engine->signing().state, SigningState::kStopsForGood);
  EXPECT_FALSE(thief.own.publish(*thief.store, {}, thief.now.wall).ok());
  EXPECT_EQ(statements(thief, thief), 1U);
  thief.restart();
  EXPECT_EQ(thief.engine->signing().state, SigningState::kStopsForGood);
}

TEST_P(Rotation, WhoTookWhatTheOldKeySignedBeyondItFindsTheContradiction) {
  city.publish(1);
  city.rotate("second");
  city.publish(1);
  thief.publish(5);
  network.connect(la, thief);
  network.drive();
  ASSERT_EQ(milan.holds(city), 4U);
  ASSERT_EQ(la.holds(city), 6U);
  network.connect(milan, la);
  network.drive();
  expect_evidence(la);
  expect_evidence(milan);
  EXPECT_EQ(la.holds(city), 6U) << "what was held stays readable";
}

TEST_P(Rotation, TwoStatementsOfOneNumberFreezeTheLog) {
  city.rotate("second");
  thief.rotate("another");
  network.connect(la, thief);
  network.drive();
  ASSERT_EQ(statements(milan, city), 1U);
  ASSERT_EQ(statements(la, city), 1U);
  network.connect(milan, la);
  network.drive();
  expect_evidence(milan);
  expect_evidence(la);
}

// What was signed under a statement that contradicts ours is not what we saw of the log: by the statements
// that we could show, its author must take us for a liar.
TEST_P(Rotation, WhoFreezesALogForTwoStatementsIsNoLiarToItsAuthor) {
  city.rotate("second");
  network.drive();
  network.cut(milan_city);
  thief.rotate("another");
  thief.publish(5);
  network.connect(la, thief);
  network.drive();
  ASSERT_GT(la.holds(city), milan.holds(city));
  network.connect(milan, la);
  network.drive();
  expect_evidence(milan);
  for (const bool restarted : {false, true}) {
    if (restarted) milan.restart();
    network.connect(milan, city);
    network.drive();
    EXPECT_TRUE(city.events_of(Event::Kind::kPeerLied).empty());
    expect_evidence(city);
  }
}

TEST_P(Rotation, OutlivesTheRemovalOfTheLog) {
  city.rotate("second");
  network.drive();
  network.cut(milan_city);
  ASSERT_TRUE(milan.change([&] { return milan.store->remove_log(city.id(), milan.now.wall); }).ok());
  milan.restart();
  thief.publish(3);
  const SessionId session = meet_thief();
  EXPECT_EQ(milan.holds(city), 0U);
  expect_calm(milan);
  network.cut(session);
  // The two have begun epochs of one node: the first connection ends for that.
  network.connect(milan, city);
  network.drive();
  network.connect(milan, city);
  network.drive();
  EXPECT_EQ(milan.holds(city), 2U);
}

TEST_P(Rotation, NoCursorPassesAStatementThatTheStoreHasNotTaken) {
  city.publish(1);
  network.drive();
  bool kept = false;
  bool passed_before = false;
  milan.hold = [&](const IntentBody& body) {
    if (std::holds_alternative<CommitCursor>(body)) passed_before = passed_before || !kept;
    return std::holds_alternative<CommitStatements>(body) && !kept;
  };
  city.rotate("second");
  city.publish(1);
  network.drive();
  EXPECT_FALSE(passed_before);
  kept = true;
  network.let_go(milan);
  network.drive();
  EXPECT_EQ(milan.holds(city), 4U);
  EXPECT_EQ(statements(milan, city), 1U);
}

// Whoever relays a head may be given lines that mean nothing to it.
TEST_P(Rotation, ALineThatSomebodyAddsMakesNoLiarAndGivesNoWord) {
  const VKey old_key = city.own.identity().vkey();
  const VKey new_key{old_key.name, SignatureType::kEd25519, city.key_of("second").public_key()};
  NoteSignature junk{new_key.name, new_key.id(), Bytes(64, 'j')};  // of the key that has not signed
  const SessionId milan_la = network.connect(milan, la);
  network.tamper_frames(milan_la, milan, [&](v1::Frame& frame) {
    const auto add = [&](v1::Head& head) {
      if (head.log_id() == city.id().view()) head.mutable_checkpoint()->append(junk.line());
    };
    if (frame.has_push()) add(*frame.mutable_push()->mutable_head());
    if (!frame.has_heads()) return true;
    for (auto& head : *frame.mutable_heads()->mutable_heads()) add(head);
    return true;
  });
  city.publish(1);
  network.drive();
  ASSERT_EQ(la.holds(city), 2U);
  junk.key_id = old_key.id();
  city.rotate("second");
  city.publish(2);
  network.drive();
  EXPECT_EQ(la.holds(city), 5U);
  expect_calm(la);
  EXPECT_TRUE(network.is_open(milan_la));
}

// Else it would hide the heads of the new key from their author.
TEST_P(Rotation, AHeadThatWasSeenBeyondItIsForgotten) {
  const Checkpoint claim{city.own.identity().origin(), TreeSize(50), Hash::from(Bytes(32, 'r'))};
  v1::Frame heads;
  auto* head = heads.mutable_heads()->add_heads();
  head->set_log_id(city.id().bytes());
  head->set_checkpoint(sign_checkpoint(claim, city.signing_key));
  network.inject(milan_city, milan, *encode_frame(heads));
  network.drive();
  ASSERT_EQ(milan.store->load_state()->seen_heads.size(), 1U);
  EXPECT_EQ(milan.store->load_state()->seen_heads[0].head.size, TreeSize(50));
  city.rotate("second");
  city.publish(1);
  network.drive();
  for (const bool restarted : {false, true}) {
    if (restarted) milan.restart();
    const auto state = milan.store->load_state();
    for (const SeenHead& seen : state->seen_heads) EXPECT_LE(seen.head.size.value, 3U);
  }
  network.connect(milan, city);
  network.drive();
  EXPECT_EQ(milan.holds(city), 3U);
  expect_calm(milan);
}

// What a peer has seen of it, its author must be able to verify.
TEST_P(Rotation, IsRememberedForItsAuthorByAPeerThatTakesNothingOfItsLog) {
  ASSERT_TRUE(milan.change([&] { return milan.store->set_blocked(city.id(), true); }).ok());
  milan.engine->on_blocked(milan.now, city.id(), true);
  network.drive();
  city.rotate("second");
  city.publish(1);
  network.drive();
  ASSERT_EQ(milan.holds(city), 1U);
  for (const bool restarted : {false, true}) {
    if (restarted) milan.restart();
    network.cut(milan_city);
    // The first connection ends for the epochs that the two nodes have lost to each other.
    for (int i = 0; i < 2; ++i) {
      network.connect(milan, thief);
      network.drive();
    }
    EXPECT_EQ(thief.engine->signing().state, SigningState::kStopsForGood);
    EXPECT_TRUE(thief.events_of(Event::Kind::kPeerLied).empty());
  }
}

// A peer that says there are statements, and does not show them, is asked for them.
TEST_P(Rotation, StatementsThatAreLeftOutAreAskedFor) {
  network.cut(milan_city);
  city.rotate("second");
  city.publish(1);
  const SessionId session = network.connect(milan, city);
  network.tamper_frames(session, city, [](v1::Frame& frame) {
    if (!frame.has_heads() || frame.heads().request_id() != 0) return true;
    for (auto& head : *frame.mutable_heads()->mutable_heads()) head.clear_statements();
    return true;
  });
  network.drive();
  EXPECT_EQ(milan.holds(city), 3U);
  city.rotate("third");
  city.publish(1);
  network.drive();
  EXPECT_EQ(milan.holds(city), 5U) << "and again where there are more";
  expect_calm(milan);
}

TEST_P(Rotation, AStatementThatDoesNotFollowIsALie) {
  network.cut(milan_city);
  city.rotate("second");
  const SessionId session = network.connect(milan, city);
  network.tamper_frames(session, city, [](v1::Frame& frame) {
    if (!frame.has_heads()) return true;
    for (auto& head : *frame.mutable_heads()->mutable_heads()) {
      if (head.statements_size() > 0) head.add_statements(head.statements(0));
    }
    return true;
  });
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(statements(milan, city), 0U);
}

TEST_P(Rotation, AStatementThatIsForgedIsALie) {
  network.cut(milan_city);
  city.rotate("second");
  const SessionId session = network.connect(milan, city);
  network.tamper_frames(session, city, [](v1::Frame& frame) {
    if (!frame.has_heads()) return true;
    for (auto& head : *frame.mutable_heads()->mutable_heads()) {
      // The signature's last characters.
      if (head.statements_size() > 0) head.mutable_statements(0)->at(head.statements(0).size() - 9) ^= 1;
    }
    return true;
  });
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(statements(milan, city), 0U);
  EXPECT_EQ(milan.holds(city), 1U);
}

TEST(Rotations, AreAtMost64) {
  Network network(1);
  TestNode& city = network.add("city.example");
  TestNode& milan = network.add("milan.example");
  network.peer(city, milan);
  for (std::size_t i = 0; i < limits::kStatements; ++i) city.rotate("key " + std::to_string(i));
  const auto more =
      city.own.publish(*city.store, {[&](StoreReader&) { return city.rotation("more"); }}, city.now.wall);
  ASSERT_TRUE(more.ok());
  ASSERT_FALSE(more->results.front().ok());
  EXPECT_EQ(more->results.front().error().code, Code::kTooLarge);
  network.connect(milan, city);
  network.drive();
  EXPECT_EQ(milan.holds(city), 1U + limits::kStatements);
}

}  // namespace
}  // namespace koinon::test::rotation_test
