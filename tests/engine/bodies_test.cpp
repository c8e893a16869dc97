// Bodies by topic: what is wanted comes, from whoever has it; what is erased goes everywhere.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"

namespace koinon::test {
namespace {

EngineConfig wanting(std::vector<std::string> wanted) {
  EngineConfig config;
  config.filter = topics(std::move(wanted));
  return config;
}

// Every body that a peer sends is marked as not held.
bool without_bodies(v1::Frame& frame) {
  v1::Chunk* chunk = frame.has_chunk()  ? frame.mutable_chunk()
                     : frame.has_push() ? frame.mutable_push()->mutable_chunk()
                                        : nullptr;
  for (int i = 0; chunk != nullptr && i < chunk->records_size(); ++i) {
    if (chunk->records(i).body().empty()) continue;
    chunk->mutable_records(i)->clear_body();
    chunk->mutable_records(i)->set_mark(v1::BODY_MARK_NOT_HELD);
  }
  if (!frame.has_bodies()) return true;
  for (auto& body : *frame.mutable_bodies()->mutable_bodies()) {
    if (body.body().empty()) continue;
    body.clear_body();
    body.set_mark(v1::BODY_MARK_NOT_HELD);
  }
  return true;
}

class Bodies : public testing::TestWithParam<unsigned> {
 protected:
  Network network{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Seeds, Bodies, testing::Range(1U, 9U));

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

TEST_P(Bodies, SubscribingMovesOnlyTheBodiesOfTheTopic) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"topic0"}));
  constexpr std::size_t kBody = 2000;
  for (int topic = 0; topic < 10; ++topic) author.publish(10, "topic" + std::to_string(topic), kBody);
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  network.drive();
  ASSERT_EQ(reader.holds(author), 101U);
  EXPECT_EQ(reader.bodies_of(author), 10U);
  const std::uint64_t first = network.bytes(session);
  reader.engine->set_filter(reader.now, topics({"topic0", "topic1"}));
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 20U);
  const std::uint64_t second = network.bytes(session) - first;
  // Ten bodies each time; the entries of all hundred the first time only.
  EXPECT_GT(first, 10 * kBody);
  EXPECT_LT(first, 10 * kBody + 101 * 300);
  EXPECT_GT(second, 10 * kBody);
  EXPECT_LT(second, 10 * (kBody + 200));
  if (GetParam() == 1) {
    std::printf(
        "one topic of ten, with 101 entries: %llu bytes; a second topic later: %llu bytes (bodies: %zu "
        "each)\n",
        static_cast<unsigned long long>(first), static_cast<unsigned long long>(second), 10 * kBody);
  }
  // Unsubscribing releases what is no longer wanted, and asks for nothing.
  reader.engine->set_filter(reader.now, topics({"topic1"}));
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 10U);
  EXPECT_EQ(reader.record(author, 1).state, BodyState::kNotAsked);
  EXPECT_LT(network.bytes(session) - first - second, 100U);
}

// Other writes come in between: no transaction walks over a whole log.
TEST(Filter, OfALongLogIsAppliedAPieceAtATime) {
  Network network(1);
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"none"}));
  constexpr std::size_t kEntries = 2 * limits::kFilteredAtOnce + 500;
  author.publish(kEntries, "health/testing", 10);
  network.peer(author, reader);
  network.connect(reader, author);
  network.drive();
  ASSERT_EQ(reader.holds(author), kEntries + 1);
  std::vector<std::uint64_t> pieces;
  reader.hold = [&](const IntentBody& body) {
    if (const auto* filter = std::get_if<CommitFilter>(&body); filter != nullptr) {
      EXPECT_LE(filter->most, limits::kFilteredAtOnce);
      if (filter->log == author.id()) pieces.push_back(filter->from.value);
    }
    return false;
  };
  reader.engine->set_filter(reader.now, topics({"health"}));
  network.drive();
  EXPECT_EQ(pieces, (std::vector<std::uint64_t>{0, limits::kFilteredAtOnce, 2 * limits::kFilteredAtOnce}));
  EXPECT_EQ(reader.bodies_of(author), kEntries);
  EXPECT_EQ(reader.events_of(Event::Kind::kFilterApplied).size(), 1U);
  // Changed again half way, the last one counts.
  std::size_t seen = 0;
  reader.hold = [&](const IntentBody& body) {
    const auto* filter = std::get_if<CommitFilter>(&body);
    return filter != nullptr && filter->log == author.id() && ++seen == 2;
  };
  reader.engine->set_filter(reader.now, topics({"climate"}));
  network.drive();
  reader.engine->set_filter(reader.now, topics({"health"}));
  network.let_go(reader);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), kEntries);
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

// --- erasure ---

TEST_P(Bodies, AnErasedBodyGoesOnEveryNodeAndLateComersKnowWhy) {
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

TEST_P(Bodies, WhatIsErasedWhileTheStoreIsReadIsNotWantedAgain) {
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
    const bool held = std::holds_alternative<ReadUnheld>(body);
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

// The bodies that a wider filter wants are looked for, though the store was being read for the narrower one.
TEST_P(Bodies, AFilterThatChangesWhileTheStoreIsReadLosesNothing) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  author.publish(3, "health");
  network.peer(author, reader);
  SessionId session = network.connect(reader, author);
  network.drive();
  network.cut(session);
  network.drive();
  reader.restart();
  reader.hold = [](const IntentBody& body) { return std::holds_alternative<ReadUnheld>(body); };
  session = network.connect(reader, author);
  network.drive();
  reader.engine->set_filter(reader.now, BodyFilter());
  network.drive();
  network.let_go(reader);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 3U);
}

// Which bodies of a chunk are wanted is decided when it comes, by the filter of then.
TEST_P(Bodies, AFilterThatChangesWhileEntriesAreVerifiedLosesNothing) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  author.publish(40, "health", 20'000);
  network.peer(author, reader);
  reader.hold = [](const IntentBody& body) { return std::holds_alternative<VerifyRun>(body); };
  network.connect(reader, author);
  network.drive();
  ASSERT_EQ(reader.holds(author), 0U);
  reader.engine->set_filter(reader.now, topics({"health"}));
  network.drive();
  network.let_go(reader);
  network.drive();
  ASSERT_EQ(reader.holds(author), 41U);
  EXPECT_EQ(reader.bodies_of(author), 40U);
}

TEST_P(Bodies, ARunThatIsStoredBehindTheFilterThatPassesOverItsLogLosesNothing) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  author.publish(3, "health");
  network.peer(author, reader);
  network.connect(reader, author);
  network.drive();
  reader.hold = [](const IntentBody& body) { return std::holds_alternative<VerifyRun>(body); };
  author.publish(40, "health", 20'000);
  network.drive();
  ASSERT_EQ(reader.holds(author), 4U);
  // The store has passed over what it has; that it did is known only after the run is stored.
  network.let_go(reader);
  reader.hold = [](const IntentBody& body) { return std::holds_alternative<CommitFilter>(body); };
  reader.engine->set_filter(reader.now, topics({"health"}));
  network.drive();
  ASSERT_EQ(reader.holds(author), 44U);
  network.let_go(reader);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 43U);
  EXPECT_EQ(reader.events_of(Event::Kind::kFilterApplied).size(), 1U);
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

TEST_P(Bodies, AWithdrawalThatDoesNotEraseKeepsTheBody) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example");
  author.publish(1);
  author.publish(withdrawal(author.id(), 1, false));
  network.peer(author, reader);
  network.connect(reader, author);
  network.drive();
  EXPECT_FALSE(reader.record(author, 1).body.empty());
}

TEST_P(Bodies, AClaimOfErasureWithoutItsWithdrawalIsRefused) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example");
  author.publish(3);
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  network.tamper_frames(session, author, [](v1::Frame& frame) {
    if (frame.has_chunk()) {
      frame.mutable_chunk()->mutable_records(1)->clear_body();
      frame.mutable_chunk()->mutable_records(1)->set_mark(v1::BODY_MARK_ERASED);
      frame.mutable_chunk()->mutable_records(1)->set_erased_by(3);
    }
    return true;
  });
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(reader.events_of(Event::Kind::kPeerLied).size(), 1U);
  EXPECT_EQ(reader.holds(author), 0U);
}

TEST_P(Bodies, AClaimOfErasureByAnEntryThatIsNotThereYetHelpsNoLiar) {
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
    if (frame.has_chunk() && frame.chunk().records_size() == 2) {
      frame.mutable_chunk()->mutable_records(1)->clear_body();
      frame.mutable_chunk()->mutable_records(1)->set_mark(v1::BODY_MARK_ERASED);
      frame.mutable_chunk()->mutable_records(1)->set_erased_by(50);
    }
    return true;
  });
  network.drive();
  network.connect(reader, author);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), 1U);
}

// The middle was told that a body is erased by an entry that it has not come to: it believes that for itself,
// and tells nobody, who might know better.
TEST_P(Bodies, AClaimOfErasureThatIsNotBorneOutIsNotPassedOn) {
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
    v1::Record& record = *frame.mutable_chunk()->mutable_records(0);
    record.clear_body();
    record.set_mark(v1::BODY_MARK_ERASED);
    record.set_erased_by(40);
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

TEST_P(Bodies, AnAnswerThatClaimsErasureFalselyEndsTheSession) {
  TestNode& author = network.add("author.example");
  TestNode& reader = network.add("reader.example", wanting({"climate"}));
  author.publish(3, "health");
  network.peer(author, reader);
  const SessionId session = network.connect(reader, author);
  network.tamper_frames(session, author, [](v1::Frame& frame) {
    if (!frame.has_bodies()) return true;
    for (auto& body : *frame.mutable_bodies()->mutable_bodies()) {
      body.clear_body();
      body.set_mark(v1::BODY_MARK_ERASED);
      body.set_erased_by(body.index() + 1);
    }
    return true;
  });
  network.drive();
  reader.engine->set_filter(reader.now, BodyFilter());
  network.drive();
  EXPECT_FALSE(network.is_open(session));
  EXPECT_EQ(reader.record(author, 1).state, BodyState::kNotHeld);
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
}  // namespace koinon::test
