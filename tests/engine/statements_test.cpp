// Statements about a log that somebody brings outside a session: with an invite, after a recovery.
#include <gtest/gtest.h>

#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::statements_test {
namespace {

class Statements : public NetworkTest {
 protected:
  // `anew` is the city's new machine, which has its first entry alone. Milan has followed the city.
  void SetUp() override {
    network.peer(city, milan);
    network.peer(anew, milan);
    milan.vouch(city);
    const SessionId session = network.connect(milan, city);
    city.publish(6);
    network.drive();
    ASSERT_EQ(milan.holds(city), 7U);
    network.cut(session);
  }
  // The log, taken back at that size for the key of that role.
  KeyHistory taken_back(const std::string& role, std::uint64_t size) {
    KeyHistory history = city.store->log_state(city.id())->keys;
    Statement statement = history.next(true);
    statement.size = TreeSize(size);
    statement.root = *city.store->root_at(city.id(), statement.size);
    statement.key.key = city.key_of(role).public_key();
    EXPECT_TRUE(history.add(sign_statement(statement, history.vkey().name, city.key_of("recovery"))).ok());
    return history;
  }
  void bring(TestNode& to, const KeyHistory& told) {
    to.engine->on_statements(to.now, told, NodeKey());
    network.drive();
  }
  // Why the last ones that were brought are not kept; empty: they are.
  static std::string last_answer(const TestNode& node) {
    const auto answers = node.events_of(Event::Kind::kStatementsKept);
    return answers.empty() ? "nobody has answered" : answers.back().text;
  }
  LogState kept() { return *milan.store->log_state(city.id()); }

  TestNode& city = network.add("city.example");
  TestNode& anew = network.add("city.example");
  TestNode& milan = network.add("milan.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, Statements, seeds(6));

TEST_P(Statements, AreKeptAsIfAPeerHadToldThem) {
  const KeyHistory told = taken_back("second", 4);
  bring(milan, told);
  EXPECT_EQ(last_answer(milan), "");
  EXPECT_EQ(kept().keys.notes(), told.notes());
  EXPECT_EQ(kept().range.size(), TreeSize(4)) << "what is void is gone";
  EXPECT_EQ(milan.events_of(Event::Kind::kTakenBack).size(), 1U);
  milan.restart();
  network.drive();
  EXPECT_EQ(kept().keys.notes(), told.notes());
  // Once more: it is answered at once, and nothing is new.
  milan.events.clear();
  bring(milan, told);
  EXPECT_EQ(last_answer(milan), "");
  EXPECT_TRUE(milan.events_of(Event::Kind::kTakenBack).empty());
}

TEST_P(Statements, OfARotationAreKept) {
  KeyHistory told = city.store->log_state(city.id())->keys;
  Statement statement = told.next(false);
  statement.size = TreeSize(7);
  statement.root = *city.store->root_at(city.id(), statement.size);
  statement.key.key = city.key_of("second").public_key();
  ASSERT_TRUE(told.add(sign_statement(statement, told.vkey().name, city.signing_key)).ok());
  bring(milan, told);
  EXPECT_EQ(last_answer(milan), "");
  EXPECT_EQ(kept().keys.notes(), told.notes());
  EXPECT_EQ(milan.holds(city), 7U);
}

TEST_P(Statements, ThatContradictARecoveryFreezeNothingAndGoNoFurther) {
  const KeyHistory first = taken_back("second", 4);
  bring(milan, first);
  bring(milan, taken_back("third", 3));
  EXPECT_EQ(last_answer(milan), "") << "what is had instead is kept";
  EXPECT_EQ(kept().keys.notes(), first.notes());
  EXPECT_FALSE(milan.engine->log(city.id())->frozen);
  EXPECT_TRUE(milan.store->evidence(city.id())->empty());
}

TEST_P(Statements, ThatTheStoreRefusesAreSaidToBeAndTriedAgain) {
  const KeyHistory told = taken_back("second", 4);
  milan.writes_fail = 1;
  bring(milan, told);
  ASSERT_EQ(milan.writes_fail, 0U);
  ASSERT_EQ(milan.events_of(Event::Kind::kStatementsKept).size(), 1U);
  EXPECT_NE(last_answer(milan), "");
  network.advance(std::chrono::seconds(120));
  EXPECT_EQ(kept().keys.notes(), told.notes());
}

TEST_P(Statements, AreAnsweredOnceWhatIsUnderWayIsStored) {
  city.publish(2);
  milan.hold = [](const IntentBody& body) { return std::holds_alternative<CommitRun>(body); };
  network.connect(milan, city);
  network.drive();
  const KeyHistory told = taken_back("second", 4);
  bring(milan, told);
  EXPECT_EQ(last_answer(milan), "nobody has answered");
  network.let_go(milan);
  network.drive();
  EXPECT_EQ(last_answer(milan), "");
  EXPECT_EQ(kept().keys.notes(), told.notes());
  EXPECT_EQ(kept().range.size(), TreeSize(4));
}

// Nobody has a head of the new origin yet, and the new machine signs none before it has what is kept.
TEST_P(Statements, DoNotKeepFromANewMachineWhatIsKept) {
  const KeyHistory told = taken_back("second", 4);
  bring(milan, told);
  ASSERT_EQ(milan.holds(city), 0U) << "no head proves it";
  const SigningKey key = city.key_of("second");
  const Statement& statement = told.changes().back().statement;
  const Checkpoint head{told.vkey().name, statement.size, statement.root};
  ASSERT_TRUE(anew.change([&] { return anew.store->keep_statements(city.id(), told.notes()); }).ok());
  anew.own = OwnLog(anew.own.identity(), key);
  anew.config.signing_key = key.public_key();
  anew.config.recovered = {told, {head.size, head.root, sign_checkpoint(head, key)}};
  anew.restart();
  // A first connection may end for epochs that are not known.
  for (int i = 0; i < 2; ++i) {
    network.connect(anew, milan);
    network.drive();
  }
  network.advance(std::chrono::seconds(20));
  EXPECT_EQ(anew.store->log_state(city.id())->range.size(), TreeSize(4));
  anew.publish(2);
  network.drive();
  EXPECT_EQ(milan.holds(city), 7U) << "the statement, and two notes";
  EXPECT_EQ(kept().range.root(), anew.store->log_state(city.id())->range.root());
  for (const TestNode* node : {&milan, &anew}) {
    EXPECT_TRUE(node->events_of(Event::Kind::kPeerLied).empty()) << node->name;
    EXPECT_TRUE(node->events_of(Event::Kind::kForked).empty()) << node->name;
  }
}

}  // namespace
}  // namespace koinon::test::statements_test
