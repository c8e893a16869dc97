// A log that its city takes back from whoever had its key: what is void goes everywhere, what it did to
// others is undone, and nothing of before freezes the log again.
#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::recovery_test {
namespace {

class Recovery : public testing::TestWithParam<unsigned> {
 protected:
  // `thief` has the first key of the city and its node key, and writes another history. Milan and la know the
  // city.
  void SetUp() override {
    network.peer(city, milan);
    network.peer(city, la);
    network.peer(thief, milan);
    network.peer(thief, la);
    network.peer(milan, la);
    milan.vouch(city);
    la.vouch(city);
    milan_city = network.connect(milan, city);
    network.drive();
  }
  static TreeSize held(TestNode& node, const TestNode& of) {
    const auto state = node.store->log_state(of.id());
    return state.ok() ? state->range.size() : TreeSize(0);
  }
  // Holds exactly what the city has, under its newest origin, and thinks ill of nobody.
  void expect_follows(TestNode& node) {
    const auto theirs = node.store->log_state(city.id());
    const auto ours = city.store->log_state(city.id());
    ASSERT_TRUE(theirs.ok()) << node.name;
    ASSERT_TRUE(theirs->whole.has_value()) << node.name;
    EXPECT_EQ(theirs->whole->size, ours->whole->size) << node.name;
    EXPECT_EQ(theirs->range.root(), ours->range.root()) << node.name;
    EXPECT_EQ(theirs->keys.recoveries(), ours->keys.recoveries()) << node.name;
    EXPECT_FALSE(theirs->frozen) << node.name;
    const LogState* known = node.engine->log(city.id());
    EXPECT_FALSE(known->frozen) << node.name;
    EXPECT_EQ(known->range.root(), ours->range.root()) << node.name;
    EXPECT_TRUE(node.store->evidence(city.id())->empty()) << node.name;
    EXPECT_TRUE(node.events_of(Event::Kind::kPeerLied).empty()) << node.name;
  }
  // A first connection ends for the epochs that the two nodes with one key have lost to each other.
  SessionId meet(TestNode& node, TestNode& other) {
    SessionId session;
    for (int i = 0; i < 2; ++i) {
      session = network.connect(node, other);
      network.drive();
    }
    return session;
  }

  // Milan has met the thief alone, whose history has so many entries behind the first.
  void replaces_branch(std::size_t stolen) {
    network.cut(milan_city);
    thief.publish(stolen);
    const SessionId theft = meet(milan, thief);
    ASSERT_EQ(milan.holds(city), stolen + 1);
    network.cut(theft);
    city.publish(4);
    city.recover("second", 5);
    meet(milan, city);
    expect_follows(milan);
    EXPECT_EQ(milan.holds(city), 7U);
  }

  // Milan has so many entries of the thief's, and is away while the city takes its log back and then changes
  // its words.
  void misses_two(std::size_t stolen) {
    city.publish(3);
    city.publish(stolen);  // by the thief
    network.drive();
    ASSERT_EQ(milan.holds(city), 4 + stolen);
    network.cut(milan_city);
    city.recover("second", 4);
    city.recover("third", 6, "words");
    meet(milan, city);
    expect_follows(milan);
    EXPECT_EQ(milan.holds(city), 8U);
    const auto arrivals = milan.store->arrivals(ArrivalSeq(0), 1000);
    for (const Arrival& arrival : *arrivals)
      EXPECT_NE(arrival.kind, ArrivalKind::kRemoved) << "what the first recovery keeps is never let go";
  }

  Network network{GetParam()};
  TestNode& city = network.add("city.example");
  TestNode& thief = network.add("city.example");
  TestNode& milan = network.add("milan.example");
  TestNode& la = network.add("la.example");
  SessionId milan_city;
};
INSTANTIATE_TEST_SUITE_P(Seeds, Recovery, seeds(6));

TEST_P(Recovery, OfAllThereIsForNewWordsMakesNothingVoid) {
  city.publish(4);
  network.drive();
  ASSERT_EQ(milan.holds(city), 5U);
  network.cut(milan_city);
  city.recover("second", 5, "words");
  meet(milan, city);
  expect_follows(milan);
  EXPECT_EQ(milan.holds(city), 7U) << "the statement, and the note behind it";
  EXPECT_EQ(milan.store->log_state(city.id())->keys.recovery_key(), city.key_of("words").public_key());
  const auto told = milan.events_of(Event::Kind::kTakenBack);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told.front().text.find("new recovery words"), std::string::npos) << told.front().text;
}

TEST_P(Recovery, TakesAwayWhatIsVoidFromWhoeverHoldsIt) {
  const SessionId milan_la = network.connect(milan, la);
  city.publish(3);
  city.publish(4);  // by the thief
  network.drive();
  ASSERT_EQ(milan.holds(city), 8U);
  ASSERT_EQ(la.holds(city), 8U);
  network.cut(milan_city);
  city.recover("second", 4);
  meet(milan, city);
  for (TestNode* node : {&milan, &la}) {
    EXPECT_EQ(node->holds(city), 6U);
    expect_follows(*node);
    EXPECT_EQ(node->events_of(Event::Kind::kTakenBack).size(), 1U);
    EXPECT_EQ(node->bodies_of(city), 4U) << "the notes that are kept, and the new one";
  }
  EXPECT_TRUE(network.is_open(milan_la));
}

TEST_P(Recovery, IsToldToWhoWasAwayAndToWhoeverComesLater) {
  city.publish(2);
  city.publish(2);
  network.drive();
  network.cut(milan_city);
  city.recover("second", 3);
  city.publish(5);
  city.rotate("third");
  milan.restart();
  meet(milan, city);
  network.connect(la, milan);
  network.drive();
  for (TestNode* node : {&milan, &la}) expect_follows(*node);
  EXPECT_EQ(la.store->log_state(city.id())->keys.vkey().key, city.key_of("third").public_key());
}

TEST_P(Recovery, UndoesVoidVouchesAndWithdrawalsOfVouches) {
  TestNode& osaka = network.add("osaka.example");
  TestNode& oslo = network.add("oslo.example");
  city.vouch(osaka);
  const std::uint64_t kept = 2;
  city.vouch(osaka, true);
  city.vouch(oslo);
  network.drive();
  ASSERT_FALSE(milan.store->vouch(city.id(), osaka.id())->has_value());
  ASSERT_TRUE(milan.store->vouch(city.id(), oslo.id())->has_value());
  network.cut(milan_city);
  city.recover("second", kept);
  meet(milan, city);
  expect_follows(milan);
  EXPECT_TRUE(milan.store->vouch(city.id(), osaka.id())->has_value());
  EXPECT_FALSE(milan.store->vouch(city.id(), oslo.id())->has_value());
  network.advance(std::chrono::seconds(10));
  EXPECT_TRUE(milan.follows(osaka));
  EXPECT_FALSE(milan.follows(oslo));
}

TEST_P(Recovery, BringsBackATextThatAVoidWithdrawalHadTakenAway) {
  city.publish(2);
  const SessionId milan_la = network.connect(milan, la);
  network.drive();
  ASSERT_EQ(la.bodies_of(city), 2U);
  network.cut(milan_la);
  city.publish(withdrawal(city.id(), 1, true));
  network.drive();
  ASSERT_EQ(milan.record(city, 1).state, BodyState::kErased);
  network.cut(milan_city);
  city.recover("second", 3);
  meet(milan, city);
  network.connect(milan, la);
  network.drive();
  network.advance(std::chrono::seconds(60));
  expect_follows(milan);
  expect_follows(la);
  EXPECT_EQ(milan.record(city, 1).state, BodyState::kHeld);
  EXPECT_EQ(milan.record(city, 1).body, la.record(city, 1).body);
}

TEST_P(Recovery, BringsBackATextThatEverybodyHasErased) {
  city.publish(2);
  network.drive();
  const Bytes text = milan.record(city, 1).body;
  ASSERT_FALSE(text.empty());
  city.publish(withdrawal(city.id(), 1, true));
  network.drive();
  ASSERT_EQ(milan.record(city, 1).state, BodyState::kErased);
  ASSERT_EQ(city.record(city, 1).state, BodyState::kErased);
  network.cut(milan_city);
  city.recover("second", 3);
  meet(milan, city);
  expect_follows(milan);
  EXPECT_EQ(milan.record(city, 1).body, text);
}

TEST_P(Recovery, ThawsALogAndItsEvidenceCountsNoMore) {
  city.publish(3);
  network.drive();
  network.connect(la, milan);
  network.drive();
  network.cut(milan_city);
  thief.publish(3);
  meet(milan, thief);
  ASSERT_TRUE(milan.engine->log(city.id())->frozen);
  ASSERT_TRUE(la.engine->log(city.id())->frozen) << "it was told";
  const Bytes old_evidence = milan.store->evidence(city.id())->front().bytes;
  city.recover("second", 4);
  meet(milan, city);
  for (const bool restarted : {false, true}) {
    if (restarted) {
      milan.restart();
      la.restart();
      network.connect(la, milan);
      network.drive();
    }
    expect_follows(milan);
    expect_follows(la);
  }
  // The thief shows it again.
  v1::Frame frame;
  ASSERT_TRUE(frame.mutable_evidence()->ParseFromString(old_evidence));
  const SessionId again = meet(milan, thief);
  network.inject(again, milan, *encode_frame(frame));
  network.drive();
  expect_follows(milan);
}

TEST_P(Recovery, ReplacesTheBranchOfAThiefThatIsShorter) { replaces_branch(2); }
TEST_P(Recovery, ReplacesTheBranchOfAThiefThatIsLonger) { replaces_branch(9); }

TEST_P(Recovery, OfWhichAFewEntriesOfAThiefAreHeldMayBeMissedWithTheNext) { misses_two(1); }
TEST_P(Recovery, OfWhichManyEntriesOfAThiefAreHeldMayBeMissedWithTheNext) { misses_two(5); }

TEST_P(Recovery, ThenNobodyBelievesTheKeysOfBefore) {
  city.publish(3);
  network.drive();
  network.cut(milan_city);
  city.recover("second", 2);
  thief.publish(5);
  meet(milan, city);
  for (const bool restarted : {false, true}) {
    if (restarted) milan.restart();
    const SessionId theft = meet(milan, thief);
    expect_follows(milan);
    network.cut(theft);
  }
}

TEST_P(Recovery, OfTwoThatContradictFreezesForGood) {
  city.publish(3);
  network.drive();
  network.cut(milan_city);
  thief.publish(3);
  city.recover("second", 3);
  meet(milan, city);
  expect_follows(milan);
  thief.recover("third", 2);
  meet(milan, thief);
  ASSERT_TRUE(milan.engine->log(city.id())->frozen);
  v1::Evidence evidence;
  ASSERT_TRUE(evidence.ParseFromString(milan.store->evidence(city.id())->front().bytes));
  EXPECT_TRUE(verify_evidence(evidence).ok());
  EXPECT_EQ(milan.events_of(Event::Kind::kForked).back().fork, ForkKind::kTwoRecoveries);
  EXPECT_TRUE(milan.engine->standing(city.id()).for_good);
  milan.restart();
  EXPECT_TRUE(milan.engine->standing(city.id()).for_good);
  city.recover("fourth", 3);
  meet(milan, city);
  EXPECT_TRUE(milan.engine->log(city.id())->frozen);
  EXPECT_EQ(milan.engine->for_good(), std::vector<LogId>{city.id()});
  const Status thawed = milan.change([&] { return milan.store->thaw({city.id(), "ana", {7}}); });
  EXPECT_EQ(thawed.ok() ? Code::kInternal : thawed.error().code, Code::kRefused);
  milan.engine->on_thawed(milan.now, city.id());
  network.drive();
  EXPECT_TRUE(milan.engine->log(city.id())->frozen) << "the operator's word is not enough either";
  EXPECT_TRUE(milan.events_of(Event::Kind::kPeerLied).empty());
}

// Each of the two leaves out rotations that stand beyond its size, or never heard of them.
TEST_P(Recovery, OfTwoThatFollowDifferentRotationsFreezesForGood) {
  city.publish(3);
  city.rotate("ours");
  city.publish(2);
  network.connect(milan, la);
  network.drive();
  network.cut(milan_city);
  city.recover("second", 6);
  meet(milan, city);
  expect_follows(milan);
  expect_follows(la);
  thief.publish(3);
  thief.recover("third", 2);
  meet(milan, thief);
  ASSERT_TRUE(milan.engine->log(city.id())->frozen);
  const auto kept = milan.store->evidence(city.id());
  ASSERT_EQ(kept->size(), 1U);
  const auto shown = read_evidence(kept->front().bytes);
  ASSERT_TRUE(shown.ok()) << shown.error().text();
  EXPECT_TRUE(std::get<TwoStatements>(shown->said).by_recovery_key);
  // It is told to whoever follows the log.
  EXPECT_TRUE(la.engine->log(city.id())->frozen);
  EXPECT_TRUE(la.events_of(Event::Kind::kPeerLied).empty());
}

TEST_P(Recovery, OfTheSameLogTwiceIsFollowed) {
  city.publish(5);
  network.drive();
  network.cut(milan_city);
  city.recover("second", 4);
  city.publish(3);
  meet(milan, city);
  expect_follows(milan);
  network.cut(network.connect(milan, la));
  city.recover("third", 6);
  meet(milan, city);
  network.connect(milan, la);
  network.drive();
  expect_follows(milan);
  expect_follows(la);
}

TEST_P(Recovery, GoesOnWhereARestartCutItShort) {
  city.publish(5000, "health/testing", 10);
  network.drive();
  ASSERT_EQ(milan.holds(city), 5001U);
  network.cut(milan_city);
  city.recover("second", 2);
  bool held_back = false;
  milan.hold = [&](const IntentBody& body) {
    const bool is_first = std::holds_alternative<CommitRecovery>(body) && !std::exchange(held_back, true);
    return is_first;
  };
  meet(milan, city);
  ASSERT_TRUE(held_back);
  EXPECT_LT(held(milan, city).value, 5001U);
  EXPECT_GT(held(milan, city).value, 2U);
  milan.hold = nullptr;
  milan.restart();
  network.drive();
  EXPECT_EQ(held(milan, city), TreeSize(2)) << "nobody need tell it again";
  meet(milan, city);
  expect_follows(milan);
  EXPECT_EQ(milan.holds(city), 4U);
}

TEST_P(Recovery, ThawsALogOfWhichAThiefHasReplacedTheKey) {
  city.publish(3);
  city.rotate("stolen");
  city.publish(2);
  network.drive();
  network.cut(milan_city);
  // Another history of before that, by the first key.
  thief.publish(2);
  meet(milan, thief);
  ASSERT_TRUE(milan.engine->log(city.id())->frozen);
  ASSERT_EQ(milan.store->log_state(city.id())->keys.changes().size(), 1U);
  city.recover("second", 4);
  meet(milan, city);
  expect_follows(milan);
}

// In one frame both are verified before the recovery is looked at.
TEST_P(Recovery, HeadsOfBeforeDoNotSlipInWithIt) {
  city.publish(3);
  city.rotate("stolen");
  city.publish(3);
  network.drive();
  ASSERT_EQ(milan.holds(city), 8U);
  const LogState old = *milan.store->log_state(city.id());
  network.cut(milan_city);
  city.recover("second", 4);
  const SessionId session = network.connect(milan, la);
  network.drive();
  for (const std::size_t more : {0U, 2U, 4U}) {  // a smaller head, one as large, a larger one
    if (more > 0) city.publish(more);
    const LogState now = *city.store->log_state(city.id());
    v1::Frame frame;
    for (const LogState* log : {&now, &old}) {
      auto* head = frame.mutable_heads()->add_heads();
      head->set_log_id(city.id().bytes());
      head->set_checkpoint(log->whole->note);
      for (const Bytes& note : log->keys.notes()) head->add_statements(note);
      head->set_stated(static_cast<std::uint32_t>(log->keys.changes().size()));
    }
    network.inject(session, milan, *encode_frame(frame));
    network.drive();
  }
  meet(milan, city);
  expect_follows(milan);
  EXPECT_TRUE(milan.events_of(Event::Kind::kForked).empty());
}

TEST_P(Recovery, OutranksTheRotationsOfAThief) {
  const SessionId milan_la = network.connect(milan, la);
  city.rotate("ours");
  city.publish(2);
  const std::uint64_t kept = 4;
  city.rotate("stolen");
  city.publish(2);
  city.rotate("stolen again");
  network.drive();
  ASSERT_EQ(milan.store->log_state(city.id())->keys.changes().size(), 3U);
  network.cut(milan_city);
  network.cut(milan_la);
  city.recover("second", kept);
  meet(milan, city);
  expect_follows(milan);
  // LA still believes the thief, and says so.
  network.connect(la, milan);
  network.drive();
  expect_follows(milan);
  expect_follows(la);
  const KeyHistory keys = milan.store->log_state(city.id())->keys;
  EXPECT_EQ(keys.changes().size(), 2U);
  EXPECT_EQ(keys.vkey().key, city.key_of("second").public_key());
}

TEST_P(Recovery, IsTriedAgainWhereTheStoreRefusedIt) {
  city.publish(5);
  network.drive();
  network.cut(milan_city);
  city.recover("second", 2);
  milan.writes_fail = 1;
  meet(milan, city);
  EXPECT_EQ(milan.writes_fail, 0U) << "it was refused once";
  network.advance(std::chrono::seconds(120));
  expect_follows(milan);
}

// It has the first entry alone, and a statement that keeps four.
TEST_P(Recovery, ANewMachineTakesBackWhatIsKeptAndGoesOn) {
  city.publish(3);
  city.publish(3);  // by the thief
  network.drive();
  network.cut(milan_city);
  KeyHistory history = city.store->log_state(city.id())->keys;
  Statement statement = history.next(true);
  statement.size = TreeSize(4);
  statement.root = *city.store->root_at(city.id(), statement.size);
  const SigningKey key = city.key_of("second");
  statement.key.key = key.public_key();
  ASSERT_TRUE(history.add(sign_statement(statement, history.vkey().name, city.key_of("recovery"))).ok());
  const Checkpoint kept{history.vkey().name, statement.size, statement.root};
  ASSERT_TRUE(thief.change([&] { return thief.store->keep_statements(city.id(), history.notes()); }).ok());
  thief.own = OwnLog(thief.own.identity(), key);
  thief.config.signing_key = key.public_key();
  thief.config.recovered = {history, {statement.size, statement.root, sign_checkpoint(kept, key)}};
  thief.restart();
  EXPECT_NE(thief.engine->signing().state, SigningState::kSigns) << "it lacks what it keeps";
  meet(thief, milan);
  network.advance(std::chrono::seconds(20));
  EXPECT_EQ(held(thief, city), TreeSize(4));
  thief.publish(2);
  network.drive();
  EXPECT_EQ(milan.holds(city), 7U);
  EXPECT_EQ(milan.store->log_state(city.id())->range.root(), thief.store->log_state(city.id())->range.root());
  EXPECT_TRUE(milan.events_of(Event::Kind::kPeerLied).empty());
  EXPECT_TRUE(thief.events_of(Event::Kind::kPeerLied).empty());
}

TEST_P(Recovery, WhoLacksTheNewKeyStopsForGood) {
  city.publish(2);
  network.drive();
  network.cut(milan_city);
  city.recover("second", 3);
  meet(milan, city);
  expect_follows(milan);
  meet(milan, thief);
  EXPECT_EQ(thief.engine->signing().state, SigningState::kStopsForGood);
}

}  // namespace
}  // namespace koinon::test::recovery_test
