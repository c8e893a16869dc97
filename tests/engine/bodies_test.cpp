// Bodies by topic: what is wanted comes, from whoever has it; who keeps it back or sends another is found
// out.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::bodies_test {
namespace {

class Bodies : public NetworkTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, Bodies, seeds(8));

TEST_P(Bodies, ATopicCrossesACityThatDoesNotCareForIt) {
  TestNode& a = network.add("a.example", wanting({"health"}));
  TestNode& b = network.add("b.example", wanting({"climate"}));
  TestNode& c = network.add("c.example", wanting({"health"}));
  network.peer(a, b);
  network.peer(b, c);
  b.vouch(a);
  a.publish(3, "health/testing");
  network.connect(a, b);
  network.connect(c, b);
  network.drive();
  ASSERT_EQ(c.holds(a), 4U);
  EXPECT_EQ(c.bodies_of(a), 3U);
  EXPECT_EQ(b.bodies_of(a), 0U) << "B holds them for C alone";
  EXPECT_TRUE(b.record(a, 1).transit);
  // And live.
  a.publish(1, "health/testing");
  network.drive();
  EXPECT_EQ(c.bodies_of(a), 4U);
}

TEST_P(Bodies, AMissingBodyIsNoticedAtOnceAndHealedByOneHonestHolder) {
  TestNode& author = network.add("author.example");
  TestNode& miser = network.add("miser.example");
  TestNode& honest = network.add("honest.example");
  TestNode& reader = network.add("reader.example");
  for (TestNode* between : {&miser, &honest}) {
    network.peer(author, *between);
    network.peer(*between, reader);
    between->vouch(author);
    network.connect(author, *between);
  }
  author.publish(5);
  network.drive();
  const SessionId held_back = network.connect(reader, miser);
  network.tamper_frames(held_back, miser, without_bodies);
  network.drive();
  ASSERT_EQ(reader.holds(author), 6U);
  EXPECT_EQ(reader.bodies_of(author), 0U);
  EXPECT_EQ(reader.record(author, 1).state, BodyState::kNotHeld);
  EXPECT_EQ(reader.engine->standing(author.id()).missing.size(), 5U);
  EXPECT_TRUE(network.is_open(held_back)) << "that it is not there cannot be proven false";
  network.connect(reader, honest);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 5U);
  EXPECT_TRUE(reader.engine->standing(author.id()).missing.empty());
}

TEST_P(Bodies, WhatWasMissingIsLookedForAtOnceWhenACityIsAdmittedAgain) {
  TestNode& a = network.add("a.example");
  TestNode& b = network.add("b.example");
  network.peer(a, b);
  a.publish(2);
  bool keeps_back = true;
  const SessionId session = network.connect(a, b);
  network.tamper_frames(session, a, [&](v1::Frame& frame) { return !keeps_back || without_bodies(frame); });
  network.drive();
  ASSERT_EQ(b.holds(a), 3U);
  ASSERT_EQ(b.bodies_of(a), 0U);
  b.engine->on_blocked(b.now, a.id(), true);
  network.drive();
  keeps_back = false;
  b.engine->on_blocked(b.now, a.id(), false);
  network.drive();
  EXPECT_EQ(b.bodies_of(a), 2U) << "nobody has to come, or to publish, for that";
}

TEST_P(Bodies, SeveralPeersAreAskedAtOnce) {
  TestNode& author = network.add("author.example");
  EngineConfig nothing = wanting({"none"});
  TestNode& reader = network.add("reader.example", nothing);
  std::vector<TestNode*> holders;
  for (const char* name : {"one.example", "two.example"}) {
    TestNode& holder = network.add(name);
    holders.push_back(&holder);
    network.peer(author, holder);
    network.peer(holder, reader);
    holder.vouch(author);
    network.connect(author, holder);
    network.connect(reader, holder);
  }
  author.publish(600);
  network.drive();
  ASSERT_EQ(reader.holds(author), 601U);
  ASSERT_EQ(reader.bodies_of(author), 0U);
  reader.engine->set_filter(reader.now, BodyFilter());
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 600U);
  for (TestNode* holder : holders) {
    std::uint64_t given = 0;
    for (const SessionInfo& session : holder->engine->sessions()) given += session.counts.bodies_out;
    EXPECT_GT(given, 100U) << holder->name;
  }
}

TEST_P(Bodies, WhatIsAddressedToUsIsWantedWhateverItsTopic) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  Draft draft = practice("to you", "health/testing", 100);
  draft.entry.add_to(reader.id().bytes());
  author.publish(draft);
  network.peer(author, reader);
  network.connect(reader, author);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 1U);
}

// By a filter that is the reader's no more, or on purpose: disks are not filled with what nobody asked for.
TEST_P(Bodies, ABodyThatTheFilterDoesNotWantIsNotKeptWhoeverSendsIt) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  network.peer(author, reader);
  author.publish(3, "health/testing");
  const SessionId session = network.connect(author, reader);
  network.tamper_frames(session, reader, [](v1::Frame& frame) {
    if (frame.has_hello()) frame.mutable_hello()->mutable_filter()->set_all(true);
    return true;
  });
  network.drive();
  author.publish(1, "health/testing");
  author.publish(1, "climate/heat");
  network.drive();
  ASSERT_EQ(reader.holds(author), 6U);
  EXPECT_EQ(reader.bodies_of(author), 1U) << "the one on its topic";
  EXPECT_EQ(reader.record(author, 1).state, BodyState::kNotAsked);
  EXPECT_TRUE(reader.events_of(Event::Kind::kPeerLied).empty())
      << "an honest peer may not know the filter yet";
}

TEST_P(Bodies, BodiesThatWereNotAskedForEndTheSession) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example");
  author.publish(1);
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  network.drive();
  v1::Frame frame;
  frame.mutable_bodies()->set_request_id(77);
  frame.mutable_bodies()->set_log_id(author.id().bytes());
  frame.mutable_bodies()->set_last(true);
  network.inject(session, reader, *encode_frame(frame));
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(reader.events_of(Event::Kind::kPeerLied).size(), 1U);
}

TEST_P(Bodies, AFlippedBitInABodyAskedForApartEndsTheSession) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  author.publish(3, "health");
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  network.tamper_frames(session, author, [](v1::Frame& frame) {
    if (!frame.has_bodies()) return true;
    for (auto& body : *frame.mutable_bodies()->mutable_bodies()) (*body.mutable_body())[20] ^= 1;
    return true;
  });
  network.drive();
  reader.engine->set_filter(reader.now, BodyFilter());
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(reader.bodies_of(author), 0U);
}

// A peer that announces bodies again and again and never gives them is not asked for ever.
TEST_P(Bodies, FalseAnnouncementsAreBelievedAFewTimes) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example");
  author.publish(1);
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  std::size_t asked = 0;
  network.tamper_frames(session, author, without_bodies);
  network.tamper_frames(session, reader, [&](v1::Frame& frame) {
    asked += frame.has_get_bodies() ? 1 : 0;
    return true;
  });
  network.drive();
  asked = 0;
  v1::Frame have;
  have.mutable_have()->set_log_id(author.id().bytes());
  have.mutable_have()->add_indexes(1);
  for (int i = 0; i < 20; ++i) {
    network.inject(session, reader, *encode_frame(have));
    network.drive();
  }
  EXPECT_GE(asked, 1U);
  EXPECT_LE(asked, 2 * limits::kFalseHaves);
}

}  // namespace
}  // namespace koinon::test::bodies_test
