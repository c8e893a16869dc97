// The file in which a store keeps what a city erased: its bytes go, it loses nothing on a full disk or in a
// power loss, and it keeps no node from its work.
#include <cerrno>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "storage/fsck/store_check.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/settings.h"
#include "tests/files_contain.h"
#include "tests/storage/all_stores.h"
#include "tests/storage/author.h"
#include "tests/storage/filed_note.h"
#include "tests/storage/write_points.h"
#include "tools/sim/faulty_vfs.h"

namespace koinon::test::grace_on_disk_test {
namespace {

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
  for (std::uint64_t cut = whole.opened() + 1; cut <= points; cut += write_point_step()) {
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
}  // namespace koinon::test::grace_on_disk_test
