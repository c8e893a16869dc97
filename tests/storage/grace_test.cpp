// What a city erases is kept for a while, and nobody reads it: if a thief did it, it comes back.
#include <cerrno>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "storage/fsck/store_check.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/body_rules.h"
#include "storage/store/settings.h"
#include "tests/files_contain.h"
#include "tests/storage/author.h"
#include "tests/storage/both_stores.h"
#include "tests/storage/filed_note.h"
#include "tools/sim/faulty_vfs.h"

namespace koinon::test {
namespace {

// A city's own log, in which entries 0 to 2 are notes, the first one with a file.
class Grace : public BothStores {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open_with(std::chrono::hours(72));
  }
  void open_with(std::chrono::milliseconds grace) {
    SqliteStoreOptions options;
    options.erase_grace = grace;
    open(options, "store.db");
    change([&] {
      ASSERT_TRUE(store->set_own_log(log.id()).ok());
      ASSERT_TRUE(store->put_attachment(plan, {1}).ok());
    });
    say(note_with("first", plan));
    say(note("second", "the second text"));
    say(note("third"));
  }
  void say(const Draft& draft) {
    const auto index = publish(*store, log, draft);
    ASSERT_TRUE(index.ok()) << index.error().text();
  }
  void erase(std::uint64_t index) { say(erasure_of(log.id(), index)); }
  void recover(std::uint64_t size) {
    const Status taken = take_back(*store, log, size);
    ASSERT_TRUE(taken.ok()) << taken.error().text();
  }
  // After all that is over has gone.
  void fold(std::int64_t hours) {
    for (int i = 0; i < 100 && !store->fold(std::chrono::hours(hours)); ++i) {
    }
    EXPECT_TRUE(store->fold(std::chrono::hours(hours)));
  }
  StoredRecord record(std::uint64_t index) { return *store->record(log.id(), EntryIndex(index)); }
  std::uint64_t bytes() { return store->log_state(log.id())->bytes; }
  bool has_plan(std::uint64_t index) {
    const auto state = store->attachment(log.id(), EntryIndex(index), plan.id.sha256);
    return state.ok() && state->complete && store->attachment_chunk(plan.id, 1).ok();
  }
  bool plan_is_found() {
    return store->attachment_named(plan.id.sha256)->has_value() || store->attachment_chunk(plan.id, 0).ok();
  }

  OwnLog log = test_log();
  CutAttachment plan = file("a plan");
};
INSTANTIATE_TEST_SUITE_P(Stores, Grace, both_stores(), store_name);

TEST_P(Grace, WhatAThiefErasedComesBackWholeAtOnce) {
  const Bytes first = record(0).body;
  const Bytes second = record(1).body;
  const std::uint64_t before = bytes();
  erase(0);
  erase(1);
  for (const std::uint64_t i : {0U, 1U}) {
    EXPECT_EQ(record(i).state, BodyState::kErased);
    EXPECT_TRUE(record(i).body.empty());
  }
  EXPECT_FALSE(has_plan(0));
  EXPECT_FALSE(plan_is_found()) << "nobody reads it";
  fold(71);
  recover(3);
  EXPECT_EQ(record(0).body, first);
  EXPECT_EQ(record(0).state, BodyState::kHeld);
  EXPECT_EQ(record(1).body, second);
  EXPECT_TRUE(has_plan(0));
  EXPECT_TRUE(store->unheld(log.id(), EntryIndex(0), 10)->empty());
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(store->arrival_of(log.id(), EntryIndex(1))->value().kind, ArrivalKind::kBody)
      << "the index finds it again";
  fold(1000);
  EXPECT_EQ(record(0).body, first) << "it is not the kept one any more that goes";
  EXPECT_TRUE(has_plan(0));
}

TEST_P(Grace, OnceItsTimeIsOverItIsGone) {
  const std::uint64_t whole = bytes();
  const std::size_t size = record(0).body.size();
  erase(0);
  fold(71);
  EXPECT_FALSE(has_plan(0));
  fold(73);
  recover(3);
  EXPECT_EQ(record(0).state, BodyState::kNotHeld) << "it is asked for";
  EXPECT_FALSE(has_plan(0));
  EXPECT_FALSE(plan_is_found());
  EXPECT_EQ(bytes(), whole - size);
}

// Nobody drives out what others erased, nor fills the disk by erasing.
TEST_P(Grace, WhatOtherCitiesEraseHasAQuota) {
  SqliteStoreOptions options;
  options.grace_bytes = 4 * limits::kBodyBytes;
  store.reset();
  open(options, "other.db");
  Author milan("milan.example");
  for (int i = 0; i < 3; ++i) milan.say(note("note " + std::to_string(i), std::string(600'000, 'x')));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(0, 3, BodyState::kNotHeld, true)).ok()); });
  for (int i = 0; i < 2; ++i) milan.say(erasure_of(milan.log.id(), static_cast<std::uint64_t>(i)));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(3, 5, BodyState::kNotHeld, true)).ok()); });
  ASSERT_TRUE(take_back(*store, milan.log, 3).ok());
  EXPECT_EQ(store->record(milan.log.id(), EntryIndex(0))->state, BodyState::kHeld) << "the first has room";
  EXPECT_EQ(store->record(milan.log.id(), EntryIndex(1))->state, BodyState::kNotHeld)
      << "a quarter is taken by it";
}

TEST_P(Grace, WhatOurOwnCityErasesTakesNoRoomOfOthers) {
  SqliteStoreOptions options;
  options.grace_bytes = 4 * limits::kBodyBytes;
  store.reset();
  log = test_log("oslo.example");
  open(options, "other.db");
  change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
  for (int i = 0; i < 8; ++i) say(note("note " + std::to_string(i), std::string(600'000, 'x')));
  for (std::uint64_t i = 0; i < 8; ++i) erase(i);
  Author milan("milan.example");
  milan.say(note("note", std::string(600'000, 'x')));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(0, 1, BodyState::kNotHeld, true)).ok()); });
  milan.say(erasure_of(milan.log.id(), 0));
  change([&] { ASSERT_TRUE(store->append_run(milan.run(1, 2, BodyState::kNotHeld, true)).ok()); });
  ASSERT_TRUE(take_back(*store, milan.log, 1).ok());
  EXPECT_EQ(store->record(milan.log.id(), EntryIndex(0))->state, BodyState::kHeld);
}

TEST(GraceRoom, AFewCitiesThatFillTheirSharesLeaveRoomForOthers) {
  const std::uint64_t quota = 1024 * limits::kMiB;
  std::uint64_t all = 0;
  for (int city = 0; city < 8; ++city) {
    for (std::uint64_t of_city = 0; has_grace_room(limits::kMiB, of_city, all, quota);) {
      of_city += limits::kMiB;
      all += limits::kMiB;
    }
  }
  EXPECT_TRUE(has_grace_room(limits::kMiB, 0, all, quota));
  EXPECT_FALSE(has_grace_room(limits::kMiB, quota / 64, all, quota)) << "it has its floor";
  EXPECT_FALSE(has_grace_room(limits::kMiB, 0, quota, quota));
}

TEST_P(Grace, NoClockEndsItsTimeOrKeepsItFromEnding) {
  const auto erase_at = [&](std::uint64_t index, UnixMillis wall) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(log.publish(*store,
                            {[&](StoreReader&) -> Result<Draft> { return erasure_of(log.id(), index); }},
                            wall)
                    .ok());
    ASSERT_TRUE(store->commit().ok());
  };
  fold(10);
  const UnixMillis in_1970{1};
  const UnixMillis in_2096{4'000'000'000'000};
  erase_at(0, in_1970);
  erase_at(1, in_2096);
  fold(81);
  recover(3);
  EXPECT_EQ(record(0).state, BodyState::kHeld);
  EXPECT_EQ(record(1).state, BodyState::kHeld);
  erase_at(0, in_1970);
  erase_at(1, in_2096);
  fold(81 + 73);
  recover(4);  // the statement of the first stands
  EXPECT_EQ(record(0).state, BodyState::kNotHeld) << "the node ran for 73 hours";
  EXPECT_EQ(record(1).state, BodyState::kNotHeld);
}

TEST_P(Grace, WhatTheCityItselfErasedStaysErased) {
  erase(1);
  erase(0);
  recover(4);
  EXPECT_EQ(record(1).state, BodyState::kErased) << "by entry 3, which stands";
  EXPECT_FALSE(record(0).body.empty()) << "by entry 4, which is void";
}

TEST_P(Grace, ErasedOnceMoreItIsKeptAnew) {
  erase(0);
  recover(3);
  erase(0);
  EXPECT_FALSE(has_plan(0));
  recover(4);
  EXPECT_TRUE(has_plan(0));
  EXPECT_EQ(record(0).state, BodyState::kHeld);
}

TEST_P(Grace, WhatIsVoidDoesNotComeBackInAnothersPlace) {
  say(note("a thief's", "a thief's text"));
  erase(3);
  recover(3);
  fold(0);
  say(note("fourth"));
  const EntryIndex fourth(4);  // behind the statement
  ASSERT_TRUE(publish(*store, log, erasure_of(log.id(), fourth.value)).ok());
  recover(5);
  EXPECT_NE(record(fourth.value).body.find("fourth"), Bytes::npos);
}

TEST_P(Grace, AFileThatAnotherNoteNamesIsReadAllTheSame) {
  Draft other = note_with("fourth", plan);
  say(other);
  erase(0);
  EXPECT_TRUE(has_plan(3));
  erase(3);
  EXPECT_FALSE(plan_is_found());
  fold(73);
  EXPECT_FALSE(plan_is_found());
}

TEST_P(Grace, ANoteOfAnotherCityDoesNotBringAFileBack) {
  erase(0);
  ASSERT_FALSE(plan_is_found());
  Author milan("milan.example");
  ASSERT_TRUE(milan.store.begin(true).ok());
  ASSERT_TRUE(milan.store.put_attachment(plan, {1}).ok());
  ASSERT_TRUE(milan.store.commit().ok());
  milan.say(note_with("theirs", plan));
  RunCommit run = milan.run(0, 1, BodyState::kNotHeld, true);
  run.attachments = attachments_of(EntryIndex(0), run.records[0].body);
  change([&] { ASSERT_TRUE(store->append_run(run).ok()); });
  EXPECT_FALSE(plan_is_found());
  const AttachmentWant want{milan.log.id(), EntryIndex(0), plan.id, AttachmentWish::kByHand, 0};
  change([&] { EXPECT_FALSE(store->want_attachment(want, {2}).ok()) << "nor take its place"; });
  EXPECT_EQ(store->attachment(milan.log.id(), EntryIndex(0), plan.id.sha256)->chunks_held, 0U);
  fold(73);
  EXPECT_FALSE(plan_is_found());
  change([&] { EXPECT_TRUE(store->want_attachment(want, {2}).ok()) << "then it is one like any other"; });
}

TEST_P(Grace, ANoteOfTheSameCityDoes) {
  erase(0);
  ASSERT_FALSE(plan_is_found());
  change([&] { ASSERT_TRUE(store->put_attachment(plan, {1}).ok()); });
  say(note_with("again", plan));
  EXPECT_TRUE(has_plan(4));
  fold(73);
  EXPECT_TRUE(has_plan(4)) << "it is named";
}

TEST_P(Grace, OfARemovedLogNothingIsKept) {
  erase(0);
  change([&] { ASSERT_TRUE(store->remove_log(log.id(), {2}).ok()); });
  fold(0);
  EXPECT_FALSE(plan_is_found());
}

TEST_P(Grace, AChangeThatFailsHasKeptNothingAndLostNothing) {
  const Bytes first = record(0).body;
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(
      log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return erasure_of(log.id(), 0); }}, {1})
          .ok());
  store->rollback();
  EXPECT_EQ(record(0).body, first);
  fold(1000);
  EXPECT_EQ(record(0).body, first);
  EXPECT_TRUE(has_plan(0));
}

TEST_P(Grace, NoneIsKeptWhereNoneIsWanted) {
  store.reset();
  log = test_log("milan.example");
  SqliteStoreOptions options;
  options.erase_grace = std::chrono::milliseconds(0);
  open(options, "other.db");
  change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
  say(note("first", "a word of it"));
  erase(0);
  EXPECT_FALSE(files_contain(folder.path(), "a word of it"));
  recover(1);
  EXPECT_EQ(record(0).state, BodyState::kNotHeld);
}

// --- on the disk ---

class GraceOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open(72);
    ASSERT_TRUE(publish(*store, log, note("first", words)).ok());
    ASSERT_TRUE(publish(*store, log, erasure_of(log.id(), 0)).ok());
  }
  void open(int hours) {
    store.reset();
    SqliteStoreOptions options = with_epochs(unkeyed_epochs());
    options.erase_grace = std::chrono::hours(hours);
    auto opened = open_sqlite_store(folder.path() / "store.db", options);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store = std::move(*opened);
  }
  bool is_in(const std::string& name) { return is_in(name, words); }
  bool is_in(const std::string& name, const std::string& text) {
    std::ifstream in(folder.path() / name, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    return bytes.find(text) != std::string::npos;
  }
  void lose_kept() {
    store.reset();
    for (const char* part : {"grace.db", "grace.db-wal", "grace.db-shm"})
      std::filesystem::remove(folder.path() / part);
    open(72);
  }
  // The index of a note that names the file.
  EntryIndex say_with(const CutAttachment& cut, const std::string& title) {
    EXPECT_TRUE(store->begin(true).ok());
    EXPECT_TRUE(store->put_attachment(cut, {1}).ok());
    EXPECT_TRUE(store->commit().ok());
    const auto index = publish(*store, log, note_with(title, cut));
    EXPECT_TRUE(index.ok());
    return *index;
  }
  bool has(const CutAttachment& cut, EntryIndex index) {
    const auto state = store->attachment(log.id(), index, cut.id.sha256);
    return state.ok() && state->complete && store->attachment_chunk(cut.id, 0).ok();
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  OwnLog log = test_log();
  const std::string words = "a secret that was erased";
};

TEST_F(GraceOnDisk, ItIsInAFileOfItsOwnThatNoBackupTakes) {
  EXPECT_FALSE(is_in("store.db"));
  EXPECT_FALSE(is_in("store.db-wal"));
  EXPECT_TRUE(is_in("grace.db") || is_in("grace.db-wal"));
}

TEST_F(GraceOnDisk, AfterItsTimeNoByteIsLeft) {
  open(72);
  EXPECT_TRUE(files_contain(folder.path(), words)) << "a start changes nothing";
  EXPECT_TRUE(store->fold(std::chrono::hours(100)));
  EXPECT_FALSE(files_contain(folder.path(), words));
}

TEST_F(GraceOnDisk, WhereNoneIsWantedAnyMoreNoByteIsLeft) {
  open(0);
  EXPECT_TRUE(store->fold(std::chrono::milliseconds(5)));
  EXPECT_FALSE(files_contain(folder.path(), words));
}

TEST_F(GraceOnDisk, AStoreOutOfABackupHasNothingToPutBack) {
  lose_kept();
  ASSERT_TRUE(take_back(*store, log, 1).ok());
  EXPECT_EQ(store->record(log.id(), EntryIndex(0))->state, BodyState::kNotHeld);
}

TEST_F(GraceOnDisk, FilesOfATextThatIsLostWaitForIt) {
  const CutAttachment plan = file("a plan");
  const EntryIndex index = say_with(plan, "second");
  const Bytes body = store->record(log.id(), index)->body;
  ASSERT_TRUE(publish(*store, log, erasure_of(log.id(), index.value)).ok());
  lose_kept();
  ASSERT_TRUE(take_back(*store, log, index.value + 1).ok());
  EXPECT_EQ(store->record(log.id(), index)->state, BodyState::kNotHeld);
  EXPECT_FALSE(store->attachment_named(plan.id.sha256)->has_value()) << "nobody reads it meanwhile";
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(
      store->add_bodies({log.id(), {{index, body, false}}, {5}, {}, attachments_of(index, body)}).ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_TRUE(has(plan, index));
  EXPECT_TRUE(store->fold(std::chrono::hours(100)));
  EXPECT_TRUE(has(plan, index)) << "it is named";
}

TEST_F(GraceOnDisk, FilesOfATextThatDoesNotComeBackGoInTheEnd) {
  const EntryIndex index = say_with(file("a plan"), "second");
  ASSERT_TRUE(publish(*store, log, erasure_of(log.id(), index.value)).ok());
  lose_kept();
  ASSERT_TRUE(take_back(*store, log, index.value + 1).ok());
  EXPECT_TRUE(store->fold(std::chrono::hours(71)));
  EXPECT_TRUE(files_contain(folder.path(), "a plan"));
  EXPECT_TRUE(store->fold(std::chrono::hours(73)));
  EXPECT_FALSE(files_contain(folder.path(), "a plan"));
}

TEST_F(GraceOnDisk, WhatARecoveryDoesNotWantGoesSomeFilesAtATime) {
  std::vector<EntryIndex> notes;
  for (int i = 0; i < 3; ++i) {
    const std::string name = "plan " + std::to_string(i);
    notes.push_back(say_with(file(name, 5 * limits::kMiB), name));
  }
  for (const EntryIndex index : notes)
    ASSERT_TRUE(publish(*store, log, erasure_of(log.id(), index.value)).ok());
  KeyHistory keys = store->log_state(log.id())->keys;
  Statement statement = keys.next(true);
  statement.size = TreeSize(notes.back().value + 1);
  statement.root = *store->root_at(log.id(), statement.size);
  statement.key.key = SigningKey::from_seed(Bytes(32, 'n')).public_key();
  ASSERT_TRUE(
      keys.add(sign_statement(statement, keys.vkey().name, SigningKey::from_seed(Bytes(32, 'r')))).ok());
  RecoveryCommit commit;
  commit.log = log.id();
  commit.notes = keys.notes();
  commit.recoveries = 1;
  commit.size = statement.size;
  commit.root = statement.root;
  commit.filter.all = false;
  const auto step = [&]() -> bool {
    EXPECT_TRUE(store->begin(true).ok());
    const auto left = store->recover(commit);
    EXPECT_TRUE(left.ok() && store->commit().ok());
    return left->done;
  };
  EXPECT_FALSE(step());
  EXPECT_TRUE(step());
}

TEST_F(GraceOnDisk, NoNumberOfStartsKeepsItFromGoing) {
  const auto run_for_an_hour = [&] {
    open(72);
    const auto lived = lived_of(*store->setting(kLived));
    EXPECT_TRUE(store->fold(lived + std::chrono::minutes(59)));
  };
  for (int start = 0; start < 70; ++start) run_for_an_hour();
  EXPECT_TRUE(files_contain(folder.path(), words)) << "it ran for less than 69 hours";
  for (int start = 70; start < 75; ++start) run_for_an_hour();
  EXPECT_FALSE(files_contain(folder.path(), words));
}

TEST_F(GraceOnDisk, ATimeOfDayThatAVersionBeforeWroteCountsFromNow) {
  store.reset();
  {
    auto db = sqlite::Connection::open(folder.path() / "store.db", {});
    ASSERT_TRUE(db->execute("UPDATE grace SET at_ms = 1700000000000").ok());
  }
  open(72);
  EXPECT_TRUE(store->fold(std::chrono::hours(1)));
  EXPECT_TRUE(store->fold(std::chrono::hours(72)));
  EXPECT_TRUE(files_contain(folder.path(), words));
  EXPECT_TRUE(store->fold(std::chrono::hours(74)));
  EXPECT_FALSE(files_contain(folder.path(), words));
}

TEST_F(GraceOnDisk, OfAChangeThatFailsNoCopyIsLeft) {
  const std::string text = "what stands after all";
  const auto index = publish(*store, log, note("second", text));
  ASSERT_TRUE(index.ok());
  ASSERT_TRUE(store->begin(true).ok());
  const Status failed = store->as_one([&]() -> Status {
    const auto said = log.publish(
        *store, {[&](StoreReader&) -> Result<Draft> { return erasure_of(log.id(), index->value); }}, {1});
    EXPECT_TRUE(said.ok());
    return fail(Code::kDiskFull, "no room for the rest", "store");
  });
  EXPECT_FALSE(failed.ok());
  ASSERT_TRUE(store->commit().ok());
  EXPECT_TRUE(store->fold(std::chrono::hours(1)));
  EXPECT_NE(store->record(log.id(), *index)->body.find(text), Bytes::npos);
  EXPECT_FALSE(is_in("grace.db", text));
  EXPECT_FALSE(is_in("grace.db-wal", text));
  EXPECT_TRUE(is_in("grace.db", words) || is_in("grace.db-wal", words)) << "what others have put stays";
}

TEST_F(GraceOnDisk, ADamagedFileKeepsNoNodeFromItsWork) {
  store.reset();
  for (const char* part : {"grace.db-wal", "grace.db-shm"}) std::filesystem::remove(folder.path() / part);
  std::ofstream(folder.path() / "grace.db", std::ios::binary) << std::string(8192, 'x');
  const auto report = fsck::check_folder(folder.path(), {});
  ASSERT_TRUE(report.ok()) << report.error().text();
  ASSERT_EQ(report->damages().size(), 1U);
  EXPECT_EQ(report->damages().front().remedy, fsck::Remedy::kDropKept);
  open(72);
  ASSERT_TRUE(publish(*store, log, note("second", words)).ok());
  ASSERT_TRUE(publish(*store, log, erasure_of(log.id(), 2)).ok());
  ASSERT_TRUE(take_back(*store, log, 3).ok());
  EXPECT_EQ(store->record(log.id(), EntryIndex(2))->state, BodyState::kHeld);
}

// What one of them keeps is nobody's in the other, and would go at its next start.
TEST_F(GraceOnDisk, TwoStoresInOneFolderHaveAFileEach) {
  EXPECT_EQ(grace_file("/node/store.db"), "/node/grace.db");
  EXPECT_EQ(grace_file("/node/other.db"), "/node/other-grace.db");
  EXPECT_EQ(grace_file(":memory:"), ":memory:");
  store.reset();
  auto other = open_sqlite_store(folder.path() / "other.db", with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(other.ok()) << other.error().text();
  EXPECT_TRUE((*other)->fold(std::chrono::milliseconds(5)));
  other->reset();
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "other-grace.db"));
  open(72);
  ASSERT_TRUE(take_back(*store, log, 1).ok());
  EXPECT_EQ(store->record(log.id(), EntryIndex(0))->state, BodyState::kHeld);
}

// --- on a disk that is full ---

class GraceOnAFullDisk : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  Status open(sim::FaultyVfs& vfs) {
    store.reset();
    SqliteStoreOptions options = with_epochs(unkeyed_epochs());
    options.vfs = vfs.name();
    options.exclusive = true;
    KOINON_ASSIGN(store, open_sqlite_store("store.db", options));
    return {};
  }
  Status erase(std::uint64_t index) {
    const auto said = log.publish(
        *store, {[&](StoreReader&) -> Result<Draft> { return erasure_of(log.id(), index); }}, {1});
    return said.ok() ? Status() : Status(said.error());
  }
  bool has_text(std::uint64_t index) { return !store->record(log.id(), EntryIndex(index))->body.empty(); }

  std::unique_ptr<Store> store;
  OwnLog log = test_log();
};

// SQLite undoes all that the commit has put into the file so far, not what failed alone.
TEST_F(GraceOnAFullDisk, WhereOneOfACommitHasNoRoomNoneIsLost) {
  sim::FaultyVfs vfs("full");
  ASSERT_TRUE(open(vfs).ok());
  constexpr std::uint64_t kNotes = 5;
  for (std::uint64_t i = 0; i < kNotes; ++i)
    ASSERT_TRUE(publish(*store, log, note("note " + std::to_string(i), std::string(1'000'000, 'x'))).ok());
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(erase(0).ok());
  vfs.set_capacity(1);
  Status full;
  for (std::uint64_t i = 1; i + 1 < kNotes && full.ok(); ++i) full = erase(i);
  ASSERT_FALSE(full.ok()) << "they are more than SQLite keeps in memory";
  EXPECT_EQ(full.error().code, Code::kDiskFull);
  vfs.set_capacity(0);
  EXPECT_FALSE(erase(kNotes - 1).ok());
  EXPECT_FALSE(store->commit().ok());
  for (std::uint64_t i = 0; i < kNotes; ++i) EXPECT_TRUE(has_text(i)) << i;
  ASSERT_TRUE(store->begin(true).ok());
  for (std::uint64_t i = 0; i < kNotes; ++i) ASSERT_TRUE(erase(i).ok());
  ASSERT_TRUE(store->commit().ok());
  ASSERT_TRUE(take_back(*store, log, kNotes).ok());
  for (std::uint64_t i = 0; i < kNotes; ++i) EXPECT_TRUE(has_text(i)) << i;
  store.reset();
}

TEST_F(GraceOnAFullDisk, AFileThatCouldNotBeMadeIsMadeOnceThereIsRoom) {
  bool began = false;
  // The least room in which a node starts has none for a second file.
  for (std::uint64_t room = 8192; !began; room += 4096) {
    sim::FaultyVfs vfs("small");
    vfs.set_capacity(room);
    began = open(vfs).ok();
    if (!began) continue;
    EXPECT_FALSE(store->fold(std::chrono::hours(1))) << "it is not done";
    vfs.set_capacity(0);
    EXPECT_TRUE(store->fold(std::chrono::hours(1)));
    ASSERT_TRUE(publish(*store, log, note("first")).ok());
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(erase(0).ok());
    ASSERT_TRUE(store->commit().ok());
    ASSERT_TRUE(take_back(*store, log, 1).ok());
    EXPECT_TRUE(has_text(0));
    store.reset();
    auto kept = sqlite::Connection::open("grace.db", {false, true, vfs.name()});
    ASSERT_TRUE(kept.ok());
    auto mode = kept->prepare("PRAGMA journal_mode");
    ASSERT_TRUE(*mode.step());
    EXPECT_EQ(mode.text(0), "wal");
  }
}

// A note is erased, and that is void: whenever the power goes, its text is there in the end.
class Stolen {
 public:
  explicit Stolen(sim::FaultyVfs& vfs) : vfs_(vfs) {}
  // How many write points it takes to make the store.
  std::uint64_t opened() const { return opened_; }
  void run() {
    (void)open();
    opened_ = vfs_.points();
    published_ = store_ && publish(*store_, log_, note("first", "a text of the city")).ok();
    if (published_ && publish(*store_, log_, erasure_of(log_.id(), 0)).ok() &&
        take_back(*store_, log_, 1).ok())
      (void)publish(*store_, log_, note("second"));
    store_.reset();
  }
  // The power came back.
  void expect_not_lost() {
    ASSERT_TRUE(open().ok());
    if (!published_) return;
    const auto state = store_->log_state(log_.id());
    ASSERT_TRUE(state.ok()) << state.error().text();
    if (state->keys.recoveries() == 0 || !state->whole) {
      OwnLog log = test_log();
      ASSERT_TRUE(take_back(*store_, log, 1).ok());
    }
    EXPECT_NE(store_->record(log_.id(), EntryIndex(0))->body.find("a text of the city"), Bytes::npos);
  }

 private:
  Status open() {
    store_.reset();
    SqliteStoreOptions options = with_epochs(unkeyed_epochs());
    options.vfs = vfs_.name();
    options.exclusive = true;
    options.checkpoint_pages = 12;
    KOINON_ASSIGN(store_, open_sqlite_store("store.db", options));
    return {};
  }
  sim::FaultyVfs& vfs_;
  std::unique_ptr<Store> store_;
  OwnLog log_ = test_log();
  std::uint64_t opened_ = 0;
  bool published_ = false;
};

TEST(GraceInAPowerLoss, AtEveryWritePointNothingIsLost) {
  ASSERT_TRUE(init_crypto().ok());
  sim::FaultyVfs probe("probe");
  Stolen whole(probe);
  whole.run();
  const std::uint64_t points = probe.points();
  ASSERT_GT(points, whole.opened() + 100);
  for (std::uint64_t cut = whole.opened() + 1; cut <= points; ++cut) {
    for (const unsigned survivors : {0U, static_cast<unsigned>(cut)}) {
      sim::FaultyVfs vfs("faulty");
      Stolen stolen(vfs);
      vfs.cut_after(cut);
      stolen.run();
      vfs.restore(survivors);
      stolen.expect_not_lost();
      ASSERT_FALSE(testing::Test::HasFailure()) << "cut at " << cut << ", survivors " << survivors;
    }
  }
}

}  // namespace
}  // namespace koinon::test
