// What is erased goes from both stores, and from the disk to its last byte; a mark of erasure stands only
// while a withdrawal may bear it out.
#include <gtest/gtest.h>

#include "storage/search/search_index.h"
#include "storage/store/run_rules.h"
#include "tests/files_contain.h"
#include "tests/storage/held_log.h"

namespace koinon::test::erasure_test {
namespace {

class Erasure : public HeldLog {};
INSTANTIATE_TEST_SUITE_P(Stores, Erasure, all_stores(), store_name);

TEST_P(Erasure, AWithdrawalErasesWhereverTheBodyStands) {
  author.say(note("one"));
  author.say(note("two"));
  take(author.run(0, 2, BodyState::kNotHeld, true));
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(2, 3, BodyState::kNotHeld));
  EXPECT_TRUE(record(0).body.empty());
  EXPECT_EQ(record(0).state, BodyState::kErased);
  EXPECT_EQ(record(0).erased_by, EntryIndex(2));
  EXPECT_EQ(record(1).body, author.body(1));
  EXPECT_EQ(arrivals().back(), ArrivalKind::kErased);
  EXPECT_EQ(*store->root_at(author.log.id(), TreeSize(3)), author.run(0, 3, BodyState::kNotHeld).head.root)
      << "the log still verifies";
  change([&] {
    ASSERT_TRUE(store->add_bodies({author.log.id(), {{EntryIndex(0), author.body(1), false}}, {9}, {}}).ok());
  });
  EXPECT_TRUE(record(0).body.empty()) << "it does not come back";
}

TEST_P(Erasure, AMarkOfErasureThatNoWithdrawalBearsOutIsTakenBack) {
  author.say(note("one"));
  author.say(note("two"));
  author.say(note("three"));
  RunCommit run = author.run(0, 1, BodyState::kErased);
  run.records[0].erased_by = EntryIndex(2);
  take(run);
  EXPECT_EQ(record(0).state, BodyState::kErased) << "believed until entry 2 is here";
  EXPECT_TRUE(unheld().empty());
  take(author.run(1, 3, BodyState::kNotHeld, true));
  EXPECT_EQ(record(0).state, BodyState::kNotHeld) << "entry 2 is no withdrawal";
  EXPECT_EQ(unheld(), std::vector<std::uint64_t>{0});
}

TEST_P(Erasure, ARunTakesBackTheMarksThatNameItAndNoOthers) {
  for (const char* title : {"one", "two", "three", "four", "five"}) author.say(note(title));
  RunCommit run = author.run(0, 3, BodyState::kErased);
  for (std::uint64_t i = 0; i < 3; ++i) run.records[i].erased_by = EntryIndex(3 + i % 2);
  take(run);
  take(author.run(3, 4, BodyState::kNotHeld, true));
  EXPECT_EQ(unheld(), (std::vector<std::uint64_t>{0, 2})) << "what entry 3 was said to erase";
  EXPECT_EQ(record(1).state, BodyState::kErased) << "entry 4 is not here yet";
  take(author.run(4, 5, BodyState::kNotHeld, true));
  EXPECT_EQ(unheld(), (std::vector<std::uint64_t>{0, 1, 2}));
}

TEST_P(Erasure, ABodyIsHiddenUntilItIsErasedOrShownAgain) {
  author.say(note("one"));
  author.say(note("two"));
  take(author.run(0, 2, BodyState::kNotHeld, true));
  const auto hide = [&](std::uint64_t index, bool hidden) {
    change([&] { EXPECT_TRUE(store->set_hidden(author.log.id(), EntryIndex(index), hidden, {9}).ok()); });
  };
  hide(0, true);
  EXPECT_TRUE(record(0).hidden);
  EXPECT_EQ(record(0).body, author.body(0)) << "peers get it as before";
  EXPECT_EQ(arrivals().back(), ArrivalKind::kReleased);
  const std::size_t told = arrivals().size();
  hide(0, true);
  EXPECT_EQ(arrivals().size(), told) << "it is hidden already";
  hide(1, true);
  EXPECT_EQ(*store->hidden(author.log.id()), (std::vector<EntryIndex>{EntryIndex(0), EntryIndex(1)}));
  hide(1, false);
  EXPECT_FALSE(record(1).hidden);
  EXPECT_EQ(arrivals().back(), ArrivalKind::kBody);
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(2, 3, BodyState::kNotHeld));
  EXPECT_EQ(record(0).state, BodyState::kErased);
  EXPECT_TRUE(store->hidden(author.log.id())->empty());
}

TEST_P(Erasure, ABodyThatIsNotHereIsHiddenWhenItComes) {
  author.say(note("one"));
  take(author.run(0, 1, BodyState::kNotHeld));
  change([&] { EXPECT_TRUE(store->set_hidden(author.log.id(), EntryIndex(0), true, {9}).ok()); });
  BodiesCommit came;
  came.log = author.log.id();
  came.bodies.push_back({EntryIndex(0), author.body(0), false});
  change([&] { EXPECT_TRUE(store->add_bodies(came).ok()); });
  EXPECT_EQ(record(0).state, BodyState::kHeld);
  EXPECT_TRUE(record(0).hidden);
}

TEST_P(Erasure, WhatOurLogSaysIsKnownByItsSealedDigestEvenIfItCameBackFromPeersAndWasErased) {
  change([&] { ASSERT_TRUE(store->set_own_log(author.log.id()).ok()); });
  author.say(note("one"));
  author.say(erasure_of(author.log.id(), 0));
  const RunCommit run = author.run(0, 2, BodyState::kNotHeld);
  const Bytes said = sealed_digest(run.records[0].entry);
  const Bytes taken_back = sealed_digest(run.records[1].entry);
  EXPECT_NE(said, taken_back);
  EXPECT_EQ(sealed_digest("no entry"), Bytes());
  take(run);
  EXPECT_EQ(*store->own_content(said), EntryIndex(0));
  EXPECT_EQ(*store->own_content(taken_back), EntryIndex(1));
}

TEST(AnErasure, LeavesNoByteInTheStoreTheIndexOrTheirLogs) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  Author author;
  author.say(note("Zanzibarisation of queues", "a secretword that must go, " + std::string(20000, 'y')));
  author.say(note("another", "that stays, otherword"));
  SqliteStoreOptions options = with_epochs(unkeyed_epochs());
  options.erase_grace = std::chrono::milliseconds(0);
  auto store = std::move(*open_sqlite_store(folder.path() / "store.db", options));
  ASSERT_TRUE(store->begin(false).ok());
  ASSERT_TRUE(store->append_run(author.run(0, 2, BodyState::kNotHeld, true)).ok());
  ASSERT_TRUE(store->commit().ok());
  auto index = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
  auto reader = std::move(*open_index_reader(folder.path() / "index.db"));
  while (*index->catch_up(*store) > 0) {
  }
  IndexQuery query;
  query.words = "secretword";
  ASSERT_EQ(reader->find(query)->size(), 1U);
  ASSERT_TRUE(files_contain(folder.path(), "secretword"));
  ASSERT_TRUE(files_contain(folder.path(), "anzibarisation"));

  author.say(erasure_of(author.log.id(), 0));
  ASSERT_TRUE(store->begin(false).ok());
  ASSERT_TRUE(store->append_run(author.run(2, 3, BodyState::kNotHeld)).ok());
  ASSERT_TRUE(store->commit().ok());
  while (*index->catch_up(*store) > 0) {
  }
  EXPECT_TRUE(reader->find(query)->empty());
  query.words = "otherword";
  EXPECT_EQ(reader->find(query)->size(), 1U);
  EXPECT_FALSE(files_contain(folder.path(), "secretword that must go")) << "the text goes at once";
  // The words of the index go when there is time, which is not forgotten.
  EXPECT_TRUE(index->is_unclean());
  index.reset();
  index = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
  ASSERT_TRUE(index->is_unclean());
  while (*index->clean()) {
  }
  EXPECT_FALSE(index->is_unclean());
  EXPECT_EQ(reader->find(query)->size(), 1U);
  EXPECT_FALSE(files_contain(folder.path(), "secretword"));
  EXPECT_FALSE(files_contain(folder.path(), "anzibarisation"));
  EXPECT_TRUE(files_contain(folder.path(), "otherword"));
}

}  // namespace
}  // namespace koinon::test::erasure_test
