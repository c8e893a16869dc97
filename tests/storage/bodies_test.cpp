// Bodies that come late, that are for peers, that go; logs that go: the same of both stores.
#include <fstream>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"
#include "storage/search/search_index.h"
#include "storage/sqlite/sqlite.h"
#include "tests/storage/author.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {
namespace {

Draft topical(const std::string& title, const std::string& topic, const std::string& text = "text") {
  Draft draft = note(title, text);
  draft.entry.set_topics(0, topic);
  return draft;
}

enum class Kind { kMemory, kSqlite };

class Bodies : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open(3000, "store.db");
  }
  void open(std::uint64_t transit_bytes, const std::string& file) {
    if (GetParam() == Kind::kMemory) {
      MemoryStore::Options options;
      options.transit_bytes = transit_bytes;
      store = std::make_unique<MemoryStore>(options);
    } else {
      SqliteStoreOptions options;
      options.transit_bytes = transit_bytes;
      auto opened = open_sqlite_store(folder.path() / file, options);
      ASSERT_TRUE(opened.ok()) << opened.error().text();
      store = std::move(*opened);
    }
  }
  template <typename Change>
  void change(Change act) {
    ASSERT_TRUE(store->begin(true).ok());
    act();
    ASSERT_TRUE(store->commit().ok());
  }
  void take(const RunCommit& run) {
    change([&] { ASSERT_TRUE(store->append_run(run).ok()); });
  }
  StoredRecord record(std::uint64_t index) { return *store->record(author.log.id(), EntryIndex(index)); }
  std::vector<std::uint64_t> unheld() {
    std::vector<std::uint64_t> out;
    const auto records = store->unheld(author.log.id(), EntryIndex(0), 100);
    for (const auto& r : *records) out.push_back(r.index.value);
    return out;
  }
  std::vector<ArrivalKind> arrivals() {
    std::vector<ArrivalKind> out;
    const auto rows = store->arrivals(ArrivalSeq(0), 100);
    for (const auto& row : *rows) out.push_back(row.kind);
    return out;
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  Author author;
};
INSTANTIATE_TEST_SUITE_P(Stores, Bodies, testing::Values(Kind::kMemory, Kind::kSqlite),
                         [](const auto& info) { return info.param == Kind::kMemory ? "Memory" : "Sqlite"; });

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

// Also where nothing of the log is held, or no more.
TEST_P(Bodies, WhatHasForkedIsTold) {
  EXPECT_TRUE(store->load_state()->forked.empty());
  change([&] { ASSERT_TRUE(store->add_evidence({author.log.id(), "two heads", {1}}).ok()); });
  EXPECT_TRUE(store->load_state()->logs.empty());
  EXPECT_EQ(store->load_state()->forked, std::vector<LogId>{author.log.id()});
}

TEST_P(Bodies, AWithdrawalErasesWhereverTheBodyStands) {
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

TEST_P(Bodies, AMarkOfErasureThatNoWithdrawalBearsOutIsTakenBack) {
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

TEST_P(Bodies, ARunTakesBackTheMarksThatNameItAndNoOthers) {
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

TEST_P(Bodies, ARemovedLogIsGoneAndComesBackUnlessItForked) {
  author.say(note("one"));
  take(author.run(0, 1, BodyState::kNotHeld, true));
  change([&] {
    ASSERT_TRUE(store->set_out_of_policy(author.log.id(), {7}, std::chrono::hours(5)).ok());
    ASSERT_TRUE(store->set_setting(kLived, "18000007").ok());
  });
  EXPECT_EQ(store->log_state(author.log.id())->out_since, UnixMillis{7});
  EXPECT_EQ(store->log_state(author.log.id())->out_lived, std::chrono::hours(5));
  EXPECT_EQ(store->load_state()->lived, std::chrono::milliseconds(18'000'007));
  change([&] { ASSERT_TRUE(store->remove_log(author.log.id(), {8}).ok()); });
  EXPECT_FALSE(store->log_state(author.log.id()).ok());
  EXPECT_FALSE(store->record(author.log.id(), EntryIndex(0)).ok());
  EXPECT_EQ(store->load_state()->logs.size(), 0U);
  EXPECT_EQ(arrivals().back(), ArrivalKind::kRemoved);
  take(author.run(0, 1, BodyState::kNotHeld, true));
  EXPECT_EQ(record(0).body, author.body(0));
  change([&] {
    ASSERT_TRUE(store->add_evidence({author.log.id(), "evidence", {9}}).ok());
    ASSERT_TRUE(store->remove_log(author.log.id(), {9}).ok());
  });
  change([&] {
    EXPECT_EQ(store->append_run(author.run(0, 1, BodyState::kNotHeld)).error().code, Code::kConflict);
  });
  EXPECT_EQ(store->evidence(author.log.id())->size(), 1U);
}

TEST_P(Bodies, AReadmittedLogGetsANewRow) {
  author.say(note("one"));
  take(author.run(0, 1, BodyState::kNotHeld));
  const JournalSeq before = store->log_state(author.log.id())->journal_seq;
  change([&] {
    ASSERT_TRUE(store->set_out_of_policy(author.log.id(), {7}, std::chrono::hours(5)).ok());
    const auto row = store->readmit(author.log.id());
    ASSERT_TRUE(row.ok());
    EXPECT_GT(*row, before);
  });
  EXPECT_FALSE(store->log_state(author.log.id())->out_since.has_value());
  EXPECT_EQ(store->log_state(author.log.id())->out_lived.count(), 0);
  EXPECT_GT(store->log_state(author.log.id())->journal_seq, before);
}

TEST_P(Bodies, AsksAndBlocksAreRememberedAndGoWithThePeer) {
  PeerRecord peer;
  peer.node_key = NodeKey::from(Bytes(32, 'p'));
  peer.log = LogId::from(Bytes(32, 'l'));
  const LogId other = LogId::from(Bytes(32, 'o'));
  change([&] {
    ASSERT_TRUE(store->put_peer(peer).ok());
    ASSERT_TRUE(store->set_asks({{peer.node_key, other}, {peer.node_key, *peer.log}}, true).ok());
    ASSERT_TRUE(store->set_asks({{peer.node_key, *peer.log}}, false).ok());
    ASSERT_TRUE(store->set_blocked(other, true).ok());
  });
  EXPECT_EQ(store->load_state()->asks, (std::vector<HeadAsk>{{peer.node_key, other}}));
  EXPECT_EQ(store->load_state()->blocked, std::vector<LogId>{other});
  change([&] {
    ASSERT_TRUE(store->remove_peer(peer.node_key).ok());
    ASSERT_TRUE(store->set_blocked(other, false).ok());
  });
  EXPECT_TRUE(store->load_state()->asks.empty());
  EXPECT_TRUE(store->load_state()->blocked.empty());
}

TEST_P(Bodies, ARolledBackTransactionHasChangedNothing) {
  author.say(note("one"));
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(0, 1, BodyState::kNotHeld, true));
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->append_run(author.run(1, 2, BodyState::kNotHeld)).ok());
  ASSERT_TRUE(store->remove_log(author.log.id(), {8}).ok());
  store->rollback();
  EXPECT_EQ(record(0).body, author.body(0));
  EXPECT_EQ(store->log_state(author.log.id())->range.size(), TreeSize(1));
  EXPECT_EQ(arrivals().size(), 1U);
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

// A crash of the memory store loses what was not durable, newest first, as SQLite's does.
TEST(MemoryStoreCrash, LosesASuffixOfWhatWasNotDurable) {
  ASSERT_TRUE(init_crypto().ok());
  Author author;
  for (int i = 0; i < 3; ++i) author.say(note(std::to_string(i)));
  MemoryStore store(MemoryStore::Options{});
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(store.begin(i == 0).ok());
    ASSERT_TRUE(store.append_run(author.run(i, i + 1, BodyState::kNotHeld)).ok());
    ASSERT_TRUE(store.commit().ok());
  }
  store.crash(1);
  EXPECT_EQ(store.log_state(author.log.id())->range.size(), TreeSize(2));
  store.crash(5);
  EXPECT_EQ(store.log_state(author.log.id())->range.size(), TreeSize(2))
      << "what was there after a crash is durable";
}

// --- erasure reaches the disk ---

bool files_contain(const std::filesystem::path& folder, const std::string& words) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (bytes.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(Erasure, LeavesNoByteInTheStoreTheIndexOrTheirLogs) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  Author author;
  author.say(note("Zanzibarisation of queues", "a secretword that must go, " + std::string(20000, 'y')));
  author.say(note("another", "that stays, otherword"));
  auto store = std::move(*open_sqlite_store(folder.path() / "store.db"));
  ASSERT_TRUE(store->begin(false).ok());
  ASSERT_TRUE(store->append_run(author.run(0, 2, BodyState::kNotHeld, true)).ok());
  ASSERT_TRUE(store->commit().ok());
  auto index = std::move(*open_index_writer(folder.path() / "index.db", store->load_state()->journal));
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
  index = std::move(*open_index_writer(folder.path() / "index.db", store->load_state()->journal));
  ASSERT_TRUE(index->is_unclean());
  while (*index->clean()) {
  }
  EXPECT_FALSE(index->is_unclean());
  EXPECT_EQ(reader->find(query)->size(), 1U);
  EXPECT_FALSE(files_contain(folder.path(), "secretword"));
  EXPECT_FALSE(files_contain(folder.path(), "anzibarisation"));
  EXPECT_TRUE(files_contain(folder.path(), "otherword"));
}

TEST(ARemovedLog, GoesPieceByPieceAndIsInNobodysWay) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  const auto count = [&](const std::string& what) {
    auto db = sqlite::Connection::open(path, {true, false, ""});
    EXPECT_TRUE(db.ok());
    auto select = db->prepare("SELECT count(*) FROM " + what);
    EXPECT_TRUE(select.step().ok());
    return select.number(0);
  };
  Author author;
  constexpr std::uint64_t kMany = 30;
  for (std::uint64_t i = 0; i < kMany; ++i)
    author.say(note(std::to_string(i), std::string(900 * limits::kKiB, 'x')));
  auto store = std::move(*open_sqlite_store(path));
  const auto take = [&](const RunCommit& run) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(store->append_run(run).ok());
    ASSERT_TRUE(store->commit().ok());
  };
  take(author.run(0, kMany, BodyState::kNotHeld, true));
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->remove_log(author.log.id(), {8}).ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_FALSE(store->log_state(author.log.id()).ok());
  EXPECT_FALSE(store->record(author.log.id(), EntryIndex(kMany - 1)).ok());
  EXPECT_EQ(count("record"), kMany) << "whoever removes it does not wait for that";
  take(author.run(0, 1, BodyState::kNotHeld, true));
  EXPECT_EQ(count("record"), kMany + 1) << "nor does whoever writes next";
  EXPECT_FALSE(store->fold());
  EXPECT_GT(count("record"), 1U) << "no transaction is as large as the log";
  EXPECT_LT(count("record"), kMany + 1);
  // It may come again meanwhile, and the node may die.
  take(author.run(1, 2, BodyState::kNotHeld, true));
  EXPECT_EQ(store->record(author.log.id(), EntryIndex(1))->body, author.body(1));
  EXPECT_GT(count("record"), 2U);
  store.reset();
  store = std::move(*open_sqlite_store(path));
  for (std::uint64_t i = 0; i < kMany && !store->fold(); ++i) {
  }
  EXPECT_TRUE(store->fold());
  EXPECT_EQ(count("record"), 2U);
  EXPECT_EQ(count("gone"), 0U);
  EXPECT_EQ(count("tile"), 1U);
  EXPECT_EQ(count("arrival"), 3U) << "that it was removed, and that it came again";
  EXPECT_EQ(store->record(author.log.id(), EntryIndex(1))->body, author.body(1));
  EXPECT_EQ(store->counts()->records, 2U);
}

TEST(AFilter, ReleasesSomeMiBInOneTransaction) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  Author author;
  constexpr std::uint64_t kMany = 20;
  for (std::uint64_t i = 0; i < kMany; ++i)
    author.say(note(std::to_string(i), std::string(900 * limits::kKiB, 'x')));
  const auto store = std::move(*open_sqlite_store(folder.path() / "store.db"));
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
}  // namespace koinon::test
