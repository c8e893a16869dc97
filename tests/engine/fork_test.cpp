// A city that signs two histories: noticed, kept as evidence, its log frozen, the relays not blamed.
#include <limits>

#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/forked_city.h"
#include "tests/engine/seeds.h"

namespace koinon::test::fork_test {
namespace {

class Fork : public ForkedCity {
 protected:
  // Two nodes with the same keys, after a common beginning.
  void SetUp() override { begin(); }
  void expect_frozen(TestNode& node) {
    EXPECT_TRUE(node.engine->log(one.id())->frozen);
    EXPECT_EQ(node.events_of(Event::Kind::kForked).size(), 1U);
    EXPECT_TRUE(node.events_of(Event::Kind::kPeerLied).empty());
    const auto evidence = node.store->evidence(one.id());
    ASSERT_TRUE(evidence.ok());
    ASSERT_EQ(evidence->size(), 1U);
    v1::Evidence message;
    ASSERT_TRUE(message.ParseFromString(evidence->front().bytes));
    const auto verified = verify_evidence(message);
    EXPECT_TRUE(verified.ok()) << verified.error().text();
    EXPECT_TRUE(node.store->log_state(one.id())->frozen);
  }
  void meet_and_go_on() {
    const SessionId session = meet();
    EXPECT_TRUE(network.is_open(session)) << "who relays a fork is not its author";
    // The honest go on.
    milan.publish(1);
    network.drive();
    EXPECT_EQ(la.holds(milan), milan.holds(milan));
  }
};
INSTANTIATE_TEST_SUITE_P(Seeds, Fork, seeds(6));

TEST_P(Fork, OfTheSameSize) {
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  network.drive();
  meet_and_go_on();
  expect_frozen(milan);
  expect_frozen(la);
}

TEST_P(Fork, IsInTheStoreBeforeACursorPassesWhatItStopped) {
  network.cut(to_one);
  network.drive();
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  const JournalSeq row = one.engine->log(one.id())->journal_seq;
  bool stored = false;
  bool passed = false;
  bool passed_before = false;
  milan.hold = [&](const IntentBody& body) {
    stored = stored || std::holds_alternative<CommitEvidence>(body);
    const auto* commit = std::get_if<CommitCursor>(&body);
    if (commit != nullptr && commit->cursor.seq >= row) {
      passed = true;
      passed_before = passed_before || !stored;
    }
    return std::holds_alternative<VerifyRun>(body);
  };
  const SessionId session = network.connect(milan, one);
  network.drive();
  ASSERT_FALSE(passed) << "the entries are not here";
  v1::Frame heads;
  auto* head = heads.mutable_heads()->add_heads();
  head->set_log_id(one.id().bytes());
  head->set_checkpoint(other.engine->log(one.id())->whole->note);
  network.inject(session, milan, *encode_frame(heads));
  network.drive();
  EXPECT_TRUE(stored);
  EXPECT_TRUE(passed) << "nothing more is taken of it";
  EXPECT_FALSE(passed_before) << "after a crash nothing would be left of the fork";
}

// What is small fits where evidence does not: a cursor must not go before it.
TEST_P(Fork, ThatAFullDiskCannotKeepIsPassedByNoCursor) {
  network.cut(to_one);
  network.drive();
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  const JournalSeq row = one.engine->log(one.id())->journal_seq;
  bool passed = false;
  milan.hold = [&](const IntentBody& body) {
    const auto* commit = std::get_if<CommitCursor>(&body);
    passed = passed || (commit != nullptr && commit->cursor.seq >= row);
    return std::holds_alternative<VerifyRun>(body);
  };
  const SessionId session = network.connect(milan, one);
  network.drive();
  milan.writes_fail = std::numeric_limits<std::size_t>::max();
  v1::Frame heads;
  auto* head = heads.mutable_heads()->add_heads();
  head->set_log_id(one.id().bytes());
  head->set_checkpoint(other.engine->log(one.id())->whole->note);
  network.inject(session, milan, *encode_frame(heads));
  network.drive();
  ASSERT_TRUE(milan.engine->log(one.id())->frozen);
  ASSERT_FALSE(milan.store->log_state(one.id())->frozen);
  EXPECT_FALSE(passed) << "after a crash nothing would be left of the fork";
  milan.writes_fail = 0;
  network.advance(2 * limits::kStoreRetryMax);
  EXPECT_TRUE(passed);
  expect_frozen(milan);
}

TEST_P(Fork, ThatAFullDiskCannotKeepIsKeptOnceThereIsRoom) {
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  network.drive();
  milan.writes_fail = std::numeric_limits<std::size_t>::max();
  network.connect(milan, la);
  network.drive();
  ASSERT_TRUE(milan.engine->log(one.id())->frozen);
  ASSERT_FALSE(milan.store->log_state(one.id())->frozen);
  EXPECT_TRUE(milan.events_of(Event::Kind::kForked).empty()) << "it is not kept yet";
  EXPECT_FALSE(milan.events_of(Event::Kind::kStoreFailed).empty()) << "and says so";
  milan.writes_fail = 0;
  network.advance(2 * limits::kStoreRetryMax);
  expect_frozen(milan);
  milan.restart();
  EXPECT_TRUE(milan.engine->log(one.id())->frozen);
}

TEST_P(Fork, OfDifferentSizes) {
  one.publish(3, "health/testing");
  other.publish(9, "climate/heat");
  network.drive();
  meet_and_go_on();
  expect_frozen(milan);
  expect_frozen(la);
}

TEST_P(Fork, AfterALongCommonHistory) {
  // The same entries at both: they share keys, time and content but not salts, so copy the leaves.
  one.append_leaves({"a", "b", "c", "d", "e"});
  other.append_leaves({"a", "b", "c", "d", "e"});
  network.drive();
  one.append_leaves({"one"});
  other.append_leaves({"other", "more"});
  network.drive();
  meet_and_go_on();
  expect_frozen(milan);
  expect_frozen(la);
}

TEST_P(Fork, AShorterHeadOfTheSameHistoryIsNoFork) {
  one.append_leaves({"a", "b", "c"});
  other.append_leaves({"a"});
  network.drive();
  meet_and_go_on();
  EXPECT_FALSE(milan.engine->log(one.id())->frozen);
  EXPECT_EQ(la.holds(one), 4U);
}

TEST_P(Fork, AFrozenLogTakesNothingMoreAndStaysFrozenAfterARestart) {
  one.publish(1);
  other.publish(2);
  network.drive();
  network.cut(to_one);
  meet_and_go_on();
  const auto held = milan.holds(one);
  one.publish(4);  // it has not heard yet
  network.connect(milan, one);
  network.drive();
  EXPECT_EQ(milan.holds(one), held);
  milan.restart();
  EXPECT_TRUE(milan.engine->log(one.id())->frozen);
  EXPECT_EQ(milan.holds(one), held) << "what was held stays readable";
}

TEST(OwnFork, StaysKnownWhateverWasSignedBeforeTheStoreKnewOfIt) {
  Network network(1);
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
  network.peer(seoul, la);
  const SessionId session = network.connect(la, seoul);
  seoul.publish(1);
  network.drive();
  const LogState signed_before = *seoul.store->log_state(seoul.id());
  // Another history of ours, of the same size.
  const Checkpoint claim{seoul.own.identity().origin(), TreeSize(2), Hash::from(Bytes(32, 'r'))};
  v1::Frame heads;
  auto* head = heads.mutable_heads()->add_heads();
  head->set_log_id(seoul.id().bytes());
  head->set_journal_seq(1000);
  head->set_checkpoint(sign_checkpoint(claim, seoul.signing_key));
  seoul.hold = [](const IntentBody& body) { return std::holds_alternative<CommitEvidence>(body); };
  network.inject(session, seoul, *encode_frame(heads));
  network.drive();
  ASSERT_TRUE(seoul.engine->log(seoul.id())->frozen);
  seoul.engine->on_own_head(seoul.now, signed_before, {}, {});
  EXPECT_TRUE(seoul.engine->log(seoul.id())->frozen);
  network.let_go(seoul);
  network.drive();
  EXPECT_TRUE(seoul.engine->log(seoul.id())->frozen);
  EXPECT_EQ(seoul.events_of(Event::Kind::kForked).size(), 1U);
}

// The two heads contradict each other before anything of the log is stored.
TEST_P(Fork, OfALogOfWhichNothingIsHeldStaysKnownAfterARestart) {
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  network.drive();
  TestNode& reader = network.add("reader.example");
  const auto asks_for_nothing_of_it = [this](v1::Frame& frame) {
    return !frame.has_get() || frame.get().log_id() != one.id().view();
  };
  std::vector<SessionId> links;
  for (TestNode* between : {&milan, &la}) {
    network.peer(*between, reader);
    links.push_back(network.connect(reader, *between));
    network.tamper_frames(links.back(), reader, asks_for_nothing_of_it);
  }
  network.drive();
  ASSERT_TRUE(reader.engine->log(one.id()) != nullptr && reader.engine->log(one.id())->frozen);
  ASSERT_FALSE(reader.store->log_state(one.id()).ok());
  for (const SessionId link : links) network.cut(link);
  network.drive();
  reader.restart();
  ASSERT_NE(reader.engine->log(one.id()), nullptr);
  EXPECT_TRUE(reader.engine->log(one.id())->frozen);
  network.connect(reader, milan);
  network.connect(reader, la);
  milan.publish(1);
  network.drive();
  EXPECT_TRUE(reader.events_of(Event::Kind::kStoreFailed).empty()) << "the store is well";
  EXPECT_EQ(reader.holds(one), 0U);
  EXPECT_EQ(reader.holds(milan), milan.holds(milan));
}

TEST_P(Fork, ItsAuthorIsShownTheEvidenceAndFreezesItsOwnLog) {
  one.publish(3, "health/testing");
  other.publish(9, "climate/heat");
  network.drive();
  meet_and_go_on();
  EXPECT_TRUE(network.is_open(to_one)) << "who is told is no liar, and who tells is none";
  // Both halves of the city are connected to somebody who noticed.
  for (TestNode* half : {&one, &other}) {
    expect_frozen(*half);
    const auto forks = half->events_of(Event::Kind::kForked);
    ASSERT_FALSE(forks.empty());
    const Event& told = forks.front();
    EXPECT_NE(told.text.find("forked.example"), std::string::npos) << told.text;
    EXPECT_EQ(told.peer, half == &one ? milan.config.node_key : la.config.node_key);
    half->restart();
    EXPECT_TRUE(half->engine->log(one.id())->frozen);
  }
}

TEST_P(Fork, AnAuthorWhoWasAwayIsShownItWhenItComesBack) {
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  network.drive();
  network.cut(to_one);
  meet_and_go_on();
  EXPECT_FALSE(one.engine->log(one.id())->frozen);
  milan.restart();  // what it kept it reads from its store
  network.connect(milan, one);
  network.drive();
  expect_frozen(one);
}

TEST_P(Fork, WhoHoldsOneHistoryAloneIsShownTheOther) {
  TestNode& lima = network.add("lima.example");
  network.peer(milan, lima);
  lima.vouch(one);
  network.connect(lima, milan);
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  network.drive();
  EXPECT_EQ(lima.holds(one), milan.holds(one));
  meet_and_go_on();
  expect_frozen(lima);
}

TEST_P(Fork, EvidenceThatProvesNothingEndsTheSessionAndFreezesNothing) {
  one.publish(3, "health/testing");
  network.drive();
  const LogState held = *milan.store->log_state(one.id());
  v1::Frame frame;
  // The same head twice.
  *frame.mutable_evidence() =
      make_evidence(held.keys, held.whole->size, {held.whole->note, {}}, {held.whole->note, {}});
  const SessionId session = network.connect(milan, la);
  network.drive();
  network.inject(session, milan, *encode_frame(frame));
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_FALSE(milan.engine->log(one.id())->frozen);
  EXPECT_EQ(milan.events_of(Event::Kind::kPeerLied).size(), 1U);
}

TEST_P(Fork, FalseEvidenceDoesNotStandBeforeTrueEvidence) {
  network.cut(to_other);
  one.publish(3, "health/testing");
  other.publish(3, "climate/heat");
  const SessionId lying = network.connect(milan, la);
  network.drive();
  const LogState held = *milan.store->log_state(one.id());
  const Bytes another = other.engine->log(one.id())->whole->note;
  v1::Frame lie;
  *lie.mutable_evidence() =
      make_evidence(held.keys, held.whole->size, {held.whole->note, {}}, {held.whole->note, {}});
  v1::Frame truth;
  *truth.mutable_evidence() =
      make_evidence(held.keys, held.whole->size, {held.whole->note, {}}, {another, {}});
  milan.hold = [](const IntentBody& body) { return std::holds_alternative<VerifyEvidence>(body); };
  network.inject(lying, milan, *encode_frame(lie));
  network.inject(to_one, milan, *encode_frame(truth));
  network.drive();
  network.let_go(milan);
  network.drive();
  EXPECT_TRUE(milan.store->log_state(one.id())->frozen);
  EXPECT_FALSE(network.is_open(lying));
  EXPECT_TRUE(network.is_open(to_one));
}

}  // namespace
}  // namespace koinon::test::fork_test
