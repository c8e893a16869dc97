// Bodies that come late, that are for peers, that a filter releases, and what a log takes with them: the same
// of both stores.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "tests/storage/held_log.h"

namespace koinon::test::bodies_test {
namespace {

Draft topical(const std::string& title, const std::string& topic, const std::string& text = "text") {
  Draft draft = note(title, text);
  draft.entry.set_topics(0, topic);
  return draft;
}

class Bodies : public HeldLog {};
INSTANTIATE_TEST_SUITE_P(Stores, Bodies, all_stores(), store_name);

TEST_P(Bodies, ABodyThatComesLateIsHeldAndArrives) {
  author.say(note("one"));
  author.say(note("two"));
  take(author.run(0, 2, BodyState::kNotHeld));
  EXPECT_EQ(unheld(), (std::vector<std::uint64_t>{0, 1}));
  change([&] {
    BodiesCommit commit{author.log.id(), {{EntryIndex(1), author.body(1), false}}, {9}, {}};
    ASSERT_TRUE(store->add_bodies(commit).ok());
    ASSERT_TRUE(store->add_bodies(commit).ok()) << "twice is once";
  });
  EXPECT_EQ(record(1).body, author.body(1));
  EXPECT_EQ(record(1).state, BodyState::kHeld);
  EXPECT_EQ(unheld(), std::vector<std::uint64_t>{0});
  EXPECT_EQ(arrivals(), (std::vector{ArrivalKind::kAdded, ArrivalKind::kBody}));
}

TEST_P(Bodies, WhatIsForPeersStandsApartAndTheOldestGoesFirst) {
  for (int i = 0; i < 4; ++i) author.say(note(std::to_string(i), std::string(900, 'x')));
  take(author.run(0, 4, BodyState::kNotAsked));
  for (std::uint64_t i = 0; i < 4; ++i) {
    change([&] {
      ASSERT_TRUE(store
                      ->add_bodies({author.log.id(),
                                    {{EntryIndex(i), author.body(i), true}},
                                    {static_cast<std::int64_t>(10 + i)},
                                    {}})
                      .ok());
    });
  }
  EXPECT_TRUE(record(0).body.empty()) << "the quota of 3000 bytes holds three";
  for (std::uint64_t i = 1; i < 4; ++i) {
    EXPECT_TRUE(record(i).transit);
    EXPECT_EQ(record(i).state, BodyState::kNotAsked);
    EXPECT_EQ(record(i).body, author.body(i));
  }
  EXPECT_TRUE(unheld().empty()) << "nothing of it is wanted here";
  EXPECT_EQ(arrivals(), std::vector{ArrivalKind::kAdded}) << "what is for peers does not arrive here";
  const auto run = store->read_run(author.log.id(), EntryIndex(0), EntryIndex(4), TreeSize(4), 100000);
  EXPECT_EQ(run->records[3].body, author.body(3)) << "but is served";
}

TEST_P(Bodies, AFilterReleasesAndWants) {
  author.say(topical("a", "health/testing"));
  author.say(topical("b", "climate/heat"));
  author.say(topical("c", "climate/heat"));
  take(author.run(0, 3, BodyState::kNotAsked));
  change([&] {
    ASSERT_TRUE(store->add_bodies({author.log.id(), {{EntryIndex(2), author.body(2), true}}, {9}, {}}).ok());
  });
  BodyFilter climate;
  climate.all = false;
  climate.topics = {"climate"};
  change([&] { ASSERT_TRUE(store->apply_filter(author.log.id(), climate, {10}, EntryIndex(0), 100).ok()); });
  EXPECT_EQ(record(0).state, BodyState::kNotAsked);
  EXPECT_EQ(record(1).state, BodyState::kNotHeld);
  EXPECT_EQ(record(2).state, BodyState::kHeld) << "what stood in transit is ours now";
  EXPECT_FALSE(record(2).transit);
  BodyFilter health = climate;
  health.topics = {"health"};
  change([&] { ASSERT_TRUE(store->apply_filter(author.log.id(), health, {11}, EntryIndex(0), 100).ok()); });
  EXPECT_EQ(record(0).state, BodyState::kNotHeld);
  EXPECT_EQ(record(1).state, BodyState::kNotAsked);
  EXPECT_TRUE(record(2).body.empty());
  EXPECT_EQ(arrivals().back(), ArrivalKind::kReleased);
}

TEST_P(Bodies, AFilterIsAppliedAPieceAtATime) {
  for (int i = 0; i < 5; ++i) author.say(topical("a" + std::to_string(i), "health/testing"));
  take(author.run(0, 5, BodyState::kNotAsked));
  BodyFilter health;
  health.all = false;
  health.topics = {"health"};
  std::vector<std::uint64_t> pieces;
  for (std::optional<EntryIndex> next = EntryIndex(0); next;) {
    change([&] {
      const auto done = store->apply_filter(author.log.id(), health, {10}, *next, 2);
      ASSERT_TRUE(done.ok());
      next = *done;
    });
    pieces.push_back(unheld().size());
  }
  EXPECT_EQ(pieces, (std::vector<std::uint64_t>{2, 4, 5}));
}

TEST_P(Bodies, OneCitysBodiesForPeersDoNotDriveOutAnothers) {
  open(8 * limits::kMiB, "large.db");
  Author quiet("la.example");
  quiet.say(note("quiet"));
  take(quiet.run(0, 1, BodyState::kNotAsked));
  constexpr std::uint64_t kMany = 12;
  for (std::uint64_t i = 0; i < kMany; ++i)
    author.say(note(std::to_string(i), std::string(900 * limits::kKiB, 'x')));
  take(author.run(0, kMany, BodyState::kNotAsked));
  const auto relay = [&](Author& city, std::uint64_t index, std::int64_t at) {
    change([&] {
      ASSERT_TRUE(
          store->add_bodies({city.log.id(), {{EntryIndex(index), city.body(index), true}}, {at}, {}}).ok());
    });
  };
  relay(quiet, 0, 1);
  for (std::uint64_t i = 0; i < kMany; ++i) relay(author, i, static_cast<std::int64_t>(10 + i));
  EXPECT_TRUE(store->record(quiet.log.id(), EntryIndex(0))->transit) << "the oldest, and another city's";
  std::vector<std::uint64_t> kept;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    if (record(i).transit) kept.push_back(i);
  }
  EXPECT_EQ(kept, (std::vector<std::uint64_t>{kMany - 2, kMany - 1}))
      << "a quarter of the room, the newest of it";
  // What goes makes room in the share again.
  change([&] { ASSERT_TRUE(store->remove_log(author.log.id(), {40}).ok()); });
  take(author.run(0, 2, BodyState::kNotAsked));
  relay(author, 0, 41);
  relay(author, 1, 42);
  EXPECT_TRUE(record(0).transit && record(1).transit);
}

// Entries, bodies that are held for ourselves, and so much a record.
TEST_P(Bodies, WhatALogTakesIsCountedAsItComesAndGoes) {
  const auto expect_counted = [&](const char* when) {
    std::uint64_t bytes = 0;
    const auto state = store->log_state(author.log.id());
    for (std::uint64_t i = 0; state.ok() && i < state->range.size().value; ++i) {
      const StoredRecord held = record(i);
      bytes += held.entry.size() + (held.transit ? 0 : held.body.size()) + limits::kRecordBytes;
    }
    EXPECT_EQ(state->bytes, bytes) << when;
    EXPECT_EQ(*store->log_bytes(author.log.id()), bytes) << when;
  };
  for (const char* title : {"one", "two", "three"}) author.say(note(title));
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(0, 2, BodyState::kNotHeld, true));
  expect_counted("runs with bodies");
  take(author.run(2, 3, BodyState::kNotAsked));
  expect_counted("without");
  change([&] {
    ASSERT_TRUE(store->add_bodies({author.log.id(), {{EntryIndex(2), author.body(2), true}}, {6}, {}}).ok());
  });
  ASSERT_TRUE(record(2).transit);
  expect_counted("in transit");
  change([&] { ASSERT_TRUE(store->apply_filter(author.log.id(), {}, {7}, EntryIndex(0), 9).ok()); });
  ASSERT_FALSE(record(2).transit);
  expect_counted("which became ours");
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->append_run(author.run(3, 4, BodyState::kNotHeld)).ok());
  store->rollback();
  expect_counted("rolled back");
  take(author.run(3, 4, BodyState::kNotHeld));
  ASSERT_TRUE(record(0).body.empty());
  expect_counted("erased");
  BodyFilter nothing;
  nothing.all = false;
  nothing.topics = {"climate"};
  change([&] { ASSERT_TRUE(store->apply_filter(author.log.id(), nothing, {8}, EntryIndex(0), 9).ok()); });
  ASSERT_TRUE(record(1).body.empty());
  expect_counted("released");
  change([&] { ASSERT_TRUE(store->remove_log(author.log.id(), {9}).ok()); });
  take(author.run(0, 2, BodyState::kNotHeld, true));
  expect_counted("removed, and back");
}

TEST(AFilter, ReleasesSomeMiBInOneTransaction) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  Author author;
  constexpr std::uint64_t kMany = 20;
  for (std::uint64_t i = 0; i < kMany; ++i)
    author.say(note(std::to_string(i), std::string(900 * limits::kKiB, 'x')));
  const auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->append_run(author.run(0, kMany, BodyState::kNotHeld, true)).ok());
  ASSERT_TRUE(store->commit().ok());
  BodyFilter nothing;
  nothing.all = false;
  nothing.topics = {"climate"};
  const auto held = [&] {
    std::size_t count = 0;
    for (std::uint64_t i = 0; i < kMany; ++i)
      count += store->record(author.log.id(), EntryIndex(i))->body.empty() ? 0 : 1;
    return count;
  };
  std::size_t before = held();
  ASSERT_EQ(before, kMany);
  for (std::optional<EntryIndex> next = EntryIndex(0); next;) {
    ASSERT_TRUE(store->begin(false).ok());
    const auto done = store->apply_filter(author.log.id(), nothing, {9}, *next, 1'000);
    ASSERT_TRUE(done.ok()) << done.error().text();
    ASSERT_TRUE(store->commit().ok());
    next = *done;
    const std::size_t now = held();
    EXPECT_LE(before - now, 10U);
    before = now;
  }
  EXPECT_EQ(before, 0U);
}

}  // namespace
}  // namespace koinon::test::bodies_test
