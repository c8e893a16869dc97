// The operator's word thaws a log that has forked: on that node alone, and until another contradiction comes.
#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "proto/codec/frame.h"
#include "tests/engine/forked_city.h"
#include "tests/engine/seeds.h"

namespace koinon::test::thaw_test {
namespace {

Status thaw_at(Network& network, TestNode& node, const LogId& log) {
  const Status stored = node.change([&] { return node.store->thaw({log, "ana", {7}}); });
  if (stored.ok()) node.engine->on_thawed(node.now, log);
  network.drive();
  return stored;
}

class Thawed : public ForkedCity {
 protected:
  // A city has signed two histories. Milan holds the one, Los Angeles the other; both have frozen it, and the
  // city has not heard.
  void SetUp() override {
    begin();
    part_ways();
    leave();
    session = meet();
    ASSERT_TRUE(milan.engine->log(one.id())->frozen);
    ASSERT_TRUE(la.engine->log(one.id())->frozen);
    there = other.engine->log(one.id())->whole->note;
  }
  Status thaw(TestNode& node) { return thaw_at(network, node, one.id()); }
  void expect_thawed() {
    EXPECT_FALSE(milan.engine->log(one.id())->frozen);
    EXPECT_FALSE(milan.store->log_state(one.id())->frozen);
    EXPECT_TRUE(milan.engine->standing(one.id()).thawed);
    EXPECT_EQ(milan.engine->thawed(), std::vector<LogId>{one.id()});
    EXPECT_TRUE(milan.engine->frozen().empty());
    EXPECT_EQ(milan.events_of(Event::Kind::kForked).size(), 1U);
    EXPECT_EQ(milan.store->evidence(one.id())->size(), 1U) << "it is kept";
    EXPECT_EQ(milan.engine->wrong_list(), "");
  }
  // Los Angeles shows Milan a head of the city.
  void show(const Bytes& note) {
    v1::Frame frame;
    auto* head = frame.mutable_heads()->add_heads();
    head->set_log_id(one.id().bytes());
    head->set_checkpoint(note);
    network.inject(session, milan, *encode_frame(frame));
    network.drive();
    EXPECT_TRUE(network.is_open(session)) << "who relays a fork is not its author";
  }
  // A head that contradicts what Milan holds now, and that nobody has seen.
  Bytes third_head() {
    const Checkpoint claim{one.own.identity().origin(), milan.engine->log(one.id())->whole->size,
                           Hash::from(Bytes(32, 'r'))};
    return sign_checkpoint(claim, one.signing_key);
  }
  void meet_again() {
    network.connect(milan, one);
    session = network.connect(milan, la);
    network.drive();
  }

  SessionId session;
  Bytes there;  // the other history's head
};
INSTANTIATE_TEST_SUITE_P(Seeds, Thawed, seeds(6));

TEST_P(Thawed, ALogGoesOnOnThatNodeAlone) {
  ASSERT_TRUE(thaw(milan).ok());
  expect_thawed();
  EXPECT_TRUE(la.engine->log(one.id())->frozen);
  one.publish(4);
  network.connect(milan, one);
  network.drive();
  EXPECT_EQ(milan.holds(one), one.engine->log(one.id())->whole->size.value);
  expect_thawed();
}

TEST_P(Thawed, ALogStaysSoAfterARestart) {
  ASSERT_TRUE(thaw(milan).ok());
  network.cut(session);
  milan.restart();
  expect_thawed();
  one.publish(2);
  meet_again();
  EXPECT_EQ(milan.holds(one), one.engine->log(one.id())->whole->size.value);
  expect_thawed();
}

TEST_P(Thawed, TheSameEvidenceFreezesNothingInWhateverFormItComes) {
  const LogState held = *milan.store->log_state(one.id());
  ASSERT_TRUE(thaw(milan).ok());
  for (const bool restarted : {false, true}) {
    if (restarted) {
      network.cut(session);
      milan.restart();
      meet_again();
    }
    show(there);
    v1::Frame frame;
    *frame.mutable_evidence() =
        make_evidence(held.keys, held.whole->size, {there, {}}, {held.whole->note, {}});
    network.inject(session, milan, *encode_frame(frame));
    network.drive();
    EXPECT_TRUE(network.is_open(session));
    expect_thawed();
  }
}

// The log has grown meanwhile, so the two heads are another pair. Nothing new was signed.
TEST_P(Thawed, AHeadThatTheEvidenceNamesFreezesNothing) {
  ASSERT_TRUE(thaw(milan).ok());
  one.publish(4);
  network.connect(milan, one);
  network.drive();
  show(there);
  expect_thawed();
}

// The log has grown meanwhile: which of the two heads is ours the store knows.
TEST_P(Thawed, AThirdHistoryFreezesItAgainThoughTheEvidenceNamesOurHead) {
  const StoredHead then = *milan.engine->log(one.id())->whole;
  ASSERT_TRUE(thaw(milan).ok());
  one.publish(4);
  // The city does not hear of it, and signs on.
  network.tamper_frames(network.connect(milan, one), milan,
                        [](v1::Frame& frame) { return !frame.has_evidence(); });
  network.drive();
  ASSERT_GT(milan.holds(one), then.size.value);
  const StoredHead grown = *milan.engine->log(one.id())->whole;
  one.publish(1);
  network.drive();
  const KeyHistory keys = milan.engine->log(one.id())->keys;
  // Ours of meanwhile against the history that the operator knows says nothing new.
  const auto proof = milan.store->run_proof_at(one.id(), EntryIndex(then.size.value), 0, grown.size);
  ASSERT_TRUE(proof.ok()) << proof.error().text();
  v1::Frame known;
  *known.mutable_evidence() = make_evidence(keys, then.size, {grown.note, *proof}, {there, {}});
  network.inject(session, milan, *encode_frame(known));
  network.drive();
  EXPECT_TRUE(network.is_open(session));
  expect_thawed();
  const Checkpoint claim{one.own.identity().origin(), then.size, Hash::from(Bytes(32, 'r'))};
  v1::Frame third;
  *third.mutable_evidence() =
      make_evidence(keys, then.size, {then.note, {}}, {sign_checkpoint(claim, one.signing_key), {}});
  network.inject(session, milan, *encode_frame(third));
  network.drive();
  EXPECT_TRUE(milan.engine->log(one.id())->frozen);
  EXPECT_TRUE(milan.store->log_state(one.id())->frozen);
}

TEST_P(Thawed, OtherEvidenceFreezesTheLogAgain) {
  ASSERT_TRUE(thaw(milan).ok());
  show(third_head());
  EXPECT_TRUE(milan.engine->log(one.id())->frozen);
  EXPECT_TRUE(milan.store->log_state(one.id())->frozen);
  EXPECT_TRUE(milan.engine->thawed().empty());
  EXPECT_EQ(milan.events_of(Event::Kind::kForked).size(), 2U);
  const auto kept = milan.store->evidence(one.id());
  ASSERT_EQ(kept->size(), 2U);
  EXPECT_TRUE(kept->front().thawed.has_value());
  EXPECT_FALSE(kept->back().thawed.has_value());
  milan.restart();
  EXPECT_TRUE(milan.engine->log(one.id())->frozen);
  ASSERT_TRUE(thaw(milan).ok());
  EXPECT_FALSE(milan.engine->log(one.id())->frozen);
}

// The city itself is told, however its peers decide.
TEST_P(Thawed, ItsAuthorIsShownTheEvidenceAllTheSame) {
  ASSERT_TRUE(thaw(milan).ok());
  network.connect(milan, one);
  network.drive();
  EXPECT_TRUE(one.engine->log(one.id())->frozen);
}

TEST_P(Thawed, OurOwnLogIsNot) {
  network.connect(milan, one);
  network.drive();
  ASSERT_TRUE(one.engine->log(one.id())->frozen);
  EXPECT_EQ(thaw(one).error().code, Code::kRefused);
  one.engine->on_thawed(one.now, one.id());
  network.drive();
  EXPECT_TRUE(one.engine->log(one.id())->frozen);
  EXPECT_TRUE(one.store->log_state(one.id())->frozen);
}

TEST_P(Thawed, WhatIsNotFrozenIsNot) {
  ASSERT_TRUE(thaw(milan).ok());
  EXPECT_EQ(thaw(milan).error().code, Code::kConflict);
  expect_thawed();
}

// The city has replaced its key, and so has whoever has a copy of the old one. Milan holds the one, Los
// Angeles the other; both have frozen the log, and the city has not heard.
class ThawedKeys : public ForkedCity {
 protected:
  void SetUp() override {
    begin();
    city.rotate("second");
    thief.rotate("another");
    thief.publish(2);
    network.drive();
    leave();
    ours = milan.store->log_state(city.id())->keys;
    theirs = la.store->log_state(city.id())->keys;
    ASSERT_EQ(compare(ours, theirs), KeyOrder::kContradict);
    session = meet();
    ASSERT_TRUE(milan.engine->log(city.id())->frozen);
    ASSERT_TRUE(la.engine->log(city.id())->frozen);
    ASSERT_TRUE(thaw_at(network, milan, city.id()).ok());
  }
  void inject(const v1::Frame& frame) {
    network.inject(session, milan, *encode_frame(frame));
    network.drive();
    EXPECT_TRUE(network.is_open(session)) << "who relays it is not its author";
  }
  // A head that the other key signed, with the statement that names that key.
  void show_head_of_the_other_key() {
    v1::Frame frame;
    auto* head = frame.mutable_heads()->add_heads();
    head->set_log_id(city.id().bytes());
    head->set_checkpoint(la.engine->log(city.id())->whole->note);
    for (const Bytes& note : theirs.notes()) head->add_statements(note);
    head->set_stated(1);
    inject(frame);
  }
  void show_evidence(const KeyHistory& first, const KeyHistory& second) {
    v1::Frame frame;
    *frame.mutable_evidence() = *make_evidence(first, second);
    inject(frame);
  }
  // The old key names a third one.
  KeyHistory third() {
    KeyHistory out(ours.identity());
    Statement statement = out.next(false);
    statement.size = TreeSize(1);
    statement.root = *milan.store->root_at(city.id(), statement.size);
    statement.key.key = city.key_of("third").public_key();
    EXPECT_TRUE(out.add(sign_statement(statement, out.vkey().name, city.signing_key)).ok());
    return out;
  }
  void expect_thawed() {
    EXPECT_FALSE(milan.engine->log(city.id())->frozen);
    EXPECT_FALSE(milan.store->log_state(city.id())->frozen);
    EXPECT_EQ(milan.engine->thawed(), std::vector<LogId>{city.id()});
    EXPECT_EQ(compare(milan.store->log_state(city.id())->keys, ours), KeyOrder::kSame);
    EXPECT_EQ(milan.events_of(Event::Kind::kForked).size(), 1U);
    EXPECT_EQ(milan.store->evidence(city.id())->size(), 1U) << "it is kept";
    EXPECT_EQ(milan.engine->wrong_list(), "");
  }

  TestNode& city = one;
  TestNode& thief = other;
  SessionId session;
  KeyHistory ours;
  KeyHistory theirs;
};
INSTANTIATE_TEST_SUITE_P(Seeds, ThawedKeys, seeds(6));

TEST_P(ThawedKeys, NothingOfTheOtherKeyFreezesTheLogAlsoAfterARestart) {
  expect_thawed();
  const std::uint64_t held = milan.holds(city);
  for (const bool restarted : {false, true}) {
    if (restarted) {
      network.cut(session);
      milan.restart();
      session = network.connect(milan, la);
      network.drive();
    }
    show_head_of_the_other_key();
    expect_thawed();
    EXPECT_EQ(milan.holds(city), held) << "nor is it taken";
    show_evidence(ours, theirs);
    show_evidence(theirs, ours);
    expect_thawed();
  }
}

TEST_P(ThawedKeys, TheLogGoesOnUnderTheKeyThatTheNodeHas) {
  city.publish(2);
  network.connect(milan, city);
  network.drive();
  EXPECT_EQ(milan.holds(city), city.engine->log(city.id())->whole->size.value);
  show_head_of_the_other_key();
  expect_thawed();
  EXPECT_TRUE(la.engine->log(city.id())->frozen);
}

TEST_P(ThawedKeys, AThirdStatementFreezesItAgain) {
  show_evidence(ours, third());
  EXPECT_TRUE(milan.engine->log(city.id())->frozen);
  EXPECT_TRUE(milan.store->log_state(city.id())->frozen);
  EXPECT_EQ(milan.store->evidence(city.id())->size(), 2U);
  network.cut(session);
  milan.restart();
  EXPECT_TRUE(milan.engine->log(city.id())->frozen);
}

}  // namespace
}  // namespace koinon::test::thaw_test
