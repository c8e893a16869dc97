// What its author erases goes everywhere; that something is erased is believed where a withdrawal bears it
// out.
#include <gtest/gtest.h>

#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::erasure_test {
namespace {

// Makes a record, or the answer about a body, say that an entry erased the body.
template <typename Message>
void claim_erased(Message& record, std::uint64_t by) {
  record.clear_body();
  record.set_mark(v1::BODY_MARK_ERASED);
  record.set_erased_by(by);
}

class Erasure : public NetworkTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, Erasure, seeds(8));

TEST_P(Erasure, AnErasedBodyGoesOnEveryNodeAndLateComersKnowWhy) {
  TestNode& author = network.add("author.example");
  TestNode& middle = network.add("middle.example", wanting({"climate"}));
  TestNode& far = network.add("far.example", wanting({"health"}));
  network.peer(author, middle);
  network.peer(middle, far);
  middle.vouch(author);
  network.connect(author, middle);
  network.connect(far, middle);
  author.publish(2, "health/testing");
  network.drive();
  ASSERT_TRUE(middle.record(author, 1).transit);
  ASSERT_EQ(far.bodies_of(author), 2U);
  author.publish(withdrawal(author.id(), 1, true));
  network.drive();
  for (TestNode* node : {&author, &middle, &far}) {
    EXPECT_TRUE(node->record(author, 1).body.empty()) << node->name;
    EXPECT_EQ(node->record(author, 1).state, BodyState::kErased) << node->name;
    EXPECT_EQ(node->record(author, 1).erased_by, EntryIndex(3)) << node->name;
    EXPECT_EQ(node->holds(author), 4U) << node->name << " holds the log whole";
  }
  EXPECT_FALSE(far.record(author, 2).body.empty());
  TestNode& late = network.add("late.example");
  network.peer(author, late);
  network.connect(late, author);
  network.drive();
  EXPECT_EQ(late.holds(author), 4U);
  EXPECT_EQ(late.record(author, 1).state, BodyState::kErased);
  EXPECT_EQ(late.record(author, 1).erased_by, EntryIndex(3));
  EXPECT_TRUE(late.engine->standing(author.id()).missing.empty()) << "nobody looks for what was erased";
}

TEST_P(Erasure, WhatIsErasedWhileTheStoreIsReadIsNotWantedAgain) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example");
  author.publish(1);
  network.peer(author, reader);
  SessionId session = network.connect(reader, author);
  network.tamper_frames(session, author, without_bodies);
  network.drive();
  ASSERT_EQ(reader.record(author, 1).state, BodyState::kNotHeld);
  network.cut(session);
  network.drive();
  reader.restart();
  std::size_t reads = 0;
  reader.hold = [&](const IntentBody& body) {
    const auto* read = std::get_if<ReadUnheld>(&body);
    const bool held = read != nullptr && read->log == author.id();
    reads += held ? 1 : 0;
    return held;
  };
  session = network.connect(reader, author);
  network.tamper_frames(session, author, without_bodies);
  network.drive();
  ASSERT_GE(reads, 1U) << "the body is found to lack, and the engine does not know it yet";
  author.publish(withdrawal(author.id(), 1, true));
  network.drive();
  ASSERT_EQ(reader.record(author, 1).state, BodyState::kErased);
  network.let_go(reader);
  network.drive();
  EXPECT_FALSE(reader.engine->standing(author.id()).missing.contains(EntryIndex(1)));
  EXPECT_TRUE(reader.events_of(Event::Kind::kPeerLied).empty())
      << "the author says rightly that it is erased";
  EXPECT_TRUE(network.is_open(session));
}

TEST_P(Erasure, AWithdrawalThatDoesNotEraseKeepsTheBody) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example");
  author.publish(1);
  author.publish(withdrawal(author.id(), 1, false));
  network.peer(author, reader);
  network.connect(reader, author);
  network.drive();
  EXPECT_FALSE(reader.record(author, 1).body.empty());
}

TEST_P(Erasure, AClaimOfErasureWithoutItsWithdrawalIsRefused) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example");
  author.publish(3);
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  network.tamper_frames(session, author, [](v1::Frame& frame) {
    if (frame.has_chunk()) claim_erased(*frame.mutable_chunk()->mutable_records(1), 3);
    return true;
  });
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(reader.events_of(Event::Kind::kPeerLied).size(), 1U);
  EXPECT_EQ(reader.holds(author), 0U);
}

TEST_P(Erasure, AClaimOfErasureByAnEntryThatIsNotThereYetHelpsNoLiar) {
  TestNode& author = network.add("author.example");
  TestNode& liar = network.add("liar.example");
  TestNode& reader = network.add("reader.example");
  network.peer(author, liar);
  network.peer(liar, reader);
  network.peer(author, reader);
  liar.vouch(author);
  network.connect(liar, author);
  author.publish(1);
  network.drive();
  const SessionId session = network.connect(reader, liar);
  network.tamper_frames(session, liar, [&](v1::Frame& frame) {
    if (frame.has_chunk() && frame.chunk().records_size() == 2)
      claim_erased(*frame.mutable_chunk()->mutable_records(1), 50);
    return true;
  });
  network.drive();
  network.connect(reader, author);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 1U);
}

// The middle was told that a body is erased by an entry that it has not come to: it believes that for itself,
// and tells nobody, who might know better.
TEST_P(Erasure, AClaimOfErasureThatIsNotBorneOutIsNotPassedOn) {
  TestNode& author = network.add("author.example");
  TestNode& middle = network.add("middle.example");
  TestNode& reader = network.add("reader.example");
  network.peer(author, middle);
  network.peer(author, reader);
  network.peer(middle, reader);
  const SessionId lying = network.connect(middle, author);
  network.drive();
  ASSERT_EQ(middle.holds(author), 1U);
  network.tamper_frames(lying, author, [](v1::Frame& frame) {
    if (!frame.has_chunk()) return !frame.has_push();
    if (frame.chunk().from() > 1) return false;
    claim_erased(*frame.mutable_chunk()->mutable_records(0), 40);
    return true;
  });
  author.publish(40, "health/testing", 20'000);
  network.drive();
  ASSERT_EQ(middle.holds(author), 1U);
  ASSERT_EQ(middle.record(author, 1).state, BodyState::kErased);
  const SessionId first = network.connect(reader, author);
  network.tamper_frames(first, author, without_bodies);
  network.drive();
  ASSERT_EQ(reader.holds(author), 41U);
  const SessionId second = network.connect(reader, middle);
  network.drive();
  EXPECT_TRUE(network.is_open(second)) << "it is honest";
  EXPECT_TRUE(reader.events_of(Event::Kind::kPeerLied).empty());
  EXPECT_EQ(reader.record(author, 1).state, BodyState::kNotHeld);
  EXPECT_GT(reader.bodies_of(author), 0U) << "what it has it gives";
}

TEST_P(Erasure, AnAnswerThatClaimsErasureFalselyEndsTheSession) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  author.publish(3, "health");
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  network.tamper_frames(session, author, [](v1::Frame& frame) {
    if (!frame.has_bodies()) return true;
    for (auto& body : *frame.mutable_bodies()->mutable_bodies()) claim_erased(body, body.index() + 1);
    return true;
  });
  network.drive();
  reader.engine->set_filter(reader.now, BodyFilter());
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(reader.record(author, 1).state, BodyState::kNotHeld);
}

}  // namespace
}  // namespace koinon::test::erasure_test
