// A filter that changes: what it wants now is had, what it wants no more is let go, and nothing is lost in
// between.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::filter_changes_test {
namespace {

class FilterChanges : public NetworkTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, FilterChanges, seeds(8));

TEST_P(FilterChanges, SubscribingMovesOnlyTheBodiesOfTheTopic) {
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

// The bodies that a wider filter wants are looked for, though the store was being read for the narrower one.
TEST_P(FilterChanges, AFilterThatChangesWhileTheStoreIsReadLosesNothing) {
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
TEST_P(FilterChanges, AFilterThatChangesWhileEntriesAreVerifiedLosesNothing) {
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

TEST_P(FilterChanges, ARunThatIsStoredBehindTheFilterThatPassesOverItsLogLosesNothing) {
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

}  // namespace
}  // namespace koinon::test::filter_changes_test
