// fsck: each kind of damage is named in one line, nothing else is, and what can be had again is marked for
// it.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "storage/fsck/repair.h"
#include "storage/fsck/store_check.h"
#include "storage/sqlite/sqlite.h"
#include "tests/storage/filed_note.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::fsck_test {
namespace {

class Fsck : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    auto store = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(store.ok());
    std::vector<DraftMaker> makers;
    for (int i = 0; i < 600; ++i)
      makers.push_back([i](StoreReader&) -> Result<Draft> { return note("Note " + std::to_string(i)); });
    ASSERT_TRUE((*store)->begin(true).ok());
    ASSERT_TRUE(log.publish(**store, makers, {1}).ok());
    ASSERT_TRUE((*store)->commit().ok());
    ASSERT_TRUE(publish(**store, log, erasure_of(log.id(), 3)).ok());
  }
  void change(const std::string& sql) {
    auto db = *sqlite::Connection::open(folder.path() / "store.db", {});
    ASSERT_TRUE(db.execute(sql).ok()) << sql;
  }
  std::int64_t number(const std::string& sql) {
    auto db = *sqlite::Connection::open(folder.path() / "store.db", {});
    auto select = db.prepare(sql);
    EXPECT_TRUE(select.step().ok()) << sql;
    return select.integer(0);
  }
  fsck::Report look() {
    auto report = fsck::check_folder(folder.path(), {});
    EXPECT_TRUE(report.ok()) << report.error().text();
    return report.ok() ? *report : fsck::Report();
  }
  // What is damaged is named in one line with these words, and nothing else is.
  void expect_named(const std::string& place, const std::string& words, fsck::Remedy remedy) {
    const fsck::Report report = look();
    ASSERT_EQ(report.count(), 1u) << (report.count() == 0 ? "" : report.damages().back().text());
    EXPECT_EQ(report.damages()[0].place, place);
    EXPECT_NE(report.damages()[0].what.find(words), std::string::npos) << report.damages()[0].text();
    EXPECT_EQ(report.damages()[0].remedy, remedy);
  }
  void repair() { ASSERT_TRUE(fsck::repair_folder(folder.path(), look(), {1}).ok()); }

  TemporaryFolder folder;
  OwnLog log = test_log();
};

TEST_F(Fsck, FindsNothingWhereNothingIsDamaged) {
  const fsck::Report report = look();
  EXPECT_EQ(report.count(), 0u) << report.damages()[0].text();
  EXPECT_EQ(report.entries, 601u);
  EXPECT_EQ(report.bodies, 599u);
}

TEST_F(Fsck, NamesADamagedBodyAndMarksItAsWanted) {
  change("UPDATE record SET body = body || x'00' WHERE id = (1 << 40) + 7");
  expect_named("seoul.example/7", "body is damaged", fsck::Remedy::kFetchBody);
  repair();
  EXPECT_EQ(look().count(), 0u);
  const auto store = open_sqlite_store(folder.path() / "store.db");
  EXPECT_EQ((*store)->record(log.id(), EntryIndex(7))->state, BodyState::kNotHeld);
}

TEST_F(Fsck, NamesABodyThatWasErasedAndIsThere) {
  change("UPDATE record SET body = x'1234' WHERE id = (1 << 40) + 3");
  expect_named("seoul.example/3", "erased is there", fsck::Remedy::kDropBody);
  repair();
  EXPECT_EQ(look().count(), 0u);
}

TEST_F(Fsck, NamesAMarkOfErasureThatNothingBears) {
  change("UPDATE record SET body = NULL, state = 2, erased_by = 9 WHERE id = (1 << 40) + 8");
  expect_named("seoul.example/8", "does not erase it", fsck::Remedy::kFetchBody);
}

TEST_F(Fsck, NamesADamagedEntry) {
  change("UPDATE record SET entry = entry || x'00' WHERE id = (1 << 40) + 300");
  expect_named("seoul.example/300", "entry is damaged", fsck::Remedy::kFetchLog);
}

TEST_F(Fsck, OfOurOwnLogABodyComesAgainAndEntriesByARestore) {
  {
    auto store = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(store.ok() && (*store)->begin(true).ok());
    ASSERT_TRUE((*store)->set_own_log(log.id()).ok() && (*store)->commit().ok());
  }
  change("UPDATE record SET body = body || x'00' WHERE id = (1 << 40) + 7");
  expect_named("seoul.example/7", "body is damaged", fsck::Remedy::kFetchBody);
  repair();
  EXPECT_EQ(look().count(), 0u);
  change("UPDATE record SET entry = entry || x'00' WHERE id = (1 << 40) + 300");
  expect_named("seoul.example/300", "entry is damaged", fsck::Remedy::kRestoreLog);
  EXPECT_NE(look().damages()[0].text().find("koinon restore --keys"), std::string::npos);
  EXPECT_FALSE(fsck::is_repairable(fsck::Remedy::kRestoreLog));
  repair();
  expect_named("seoul.example/300", "entry is damaged", fsck::Remedy::kRestoreLog);
}

TEST_F(Fsck, NamesAMissingEntry) {
  change("DELETE FROM record WHERE id = (1 << 40) + 300");
  expect_named("seoul.example/300", "entry is missing", fsck::Remedy::kFetchLog);
}

TEST_F(Fsck, NamesADamagedTreeAndMakesItAgain) {
  for (const char* level : {"0", "1"}) {
    change("UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE id = (1 << 36) | (" + std::string(level) +
           " << 33)");
    expect_named("seoul.example", "tree are damaged", fsck::Remedy::kRebuildTree);
    repair();
    EXPECT_EQ(look().count(), 0u) << level;
  }
}

TEST_F(Fsck, NamesAHeadThatDoesNotVerify) {
  change(
      "UPDATE log SET whole_note = substr(whole_note, 1, length(whole_note) - 9) || 'AAAAAAAA' || char(10), "
      "seen_note = 'x'");
  const fsck::Report report = look();
  ASSERT_EQ(report.count(), 2u);
  EXPECT_NE(report.damages()[0].what.find("newest whole head"), std::string::npos);
}

TEST_F(Fsck, NamesADamagedChunkAndMarksItAsWanted) {
  const Bytes bytes = random_bytes(300'000);
  const CutAttachment file = *cut_attachment(bytes);
  {
    const auto store = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE((*store)->begin(true).ok());
    ASSERT_TRUE((*store)->put_attachment(file, {1}).ok());
    ASSERT_TRUE((*store)->commit().ok());
  }
  EXPECT_EQ(look().count(), 0u);
  change("UPDATE attachment_chunk SET bytes = zeroblob(length(bytes)) WHERE id & 65535 = 1");
  const fsck::Report report = look();
  ASSERT_EQ(report.count(), 1u);
  EXPECT_NE(report.damages()[0].what.find("chunk 1 is damaged"), std::string::npos);
  repair();
  EXPECT_EQ(look().count(), 0u);
}

// Other cities have it: it is neither needed to start nor the log's.
TEST_F(Fsck, WhatCitiesHaveSignedGoesWhereItIsDamaged) {
  const auto sign = [&] {
    const auto store = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    const StoredHead whole = *(*store)->log_state(log.id())->whole;
    CosignedHead head{0, whole, {1}, {}};
    for (const std::string name : {"la.example", "milan.example"}) {
      const NoteSignature line = cosign("text", name, SigningKey::from_seed(sha256(name).view()), 1'800);
      head.lines.push_back({LogId::from(sha256(name).view()), line, 1'800, 1});
    }
    ASSERT_TRUE((*store)->begin(true).ok());
    const auto kept = (*store)->keep_cosigned(log.id(), head, {1});
    ASSERT_TRUE(kept.ok()) << kept.error().text();
    ASSERT_TRUE((*store)->commit().ok());
  };
  sign();
  EXPECT_EQ(look().count(), 0u);
  for (const char* damage :
       {"UPDATE cosignature SET seconds = seconds + 1 WHERE name = 'la.example'",
        "UPDATE cosignature SET signature = x'00'", "UPDATE cosignature SET name = 'two words'",
        "UPDATE cosigned_head SET note = 'x'", "UPDATE cosigned_head SET root = zeroblob(32)",
        "UPDATE cosigned_head SET size = 7", "UPDATE cosigned_head SET size = 700"}) {
    change(damage);
    expect_named("seoul.example", "cities have signed", fsck::Remedy::kDropCosigned);
    repair();
    EXPECT_EQ(look().count(), 0u) << damage;
    EXPECT_EQ(number("SELECT count(*) FROM cosignature"), 0) << damage;
    sign();
  }
  for (const char* damage : {"DELETE FROM cosigned_head", "UPDATE cosigned_head SET log_id = zeroblob(32)"}) {
    change(damage);
    expect_named("store.db", "not held", fsck::Remedy::kDropCosigned);
    repair();
    EXPECT_EQ(look().count(), 0u) << damage;
    sign();
  }
}

TEST_F(Fsck, NamesWrongSumsAndCountsAgain) {
  change("UPDATE total SET records = records + 1");
  expect_named("store.db", "sums", fsck::Remedy::kCountAgain);
  repair();
  EXPECT_EQ(look().count(), 0u);
}

// Each log's sum decides whether there is room for more of its erased texts.
TEST_F(Fsck, NamesAWrongSumOfWhatIsKeptOfALogAndCountsAgain) {
  change("UPDATE log SET grace = grace + 7");
  expect_named("store.db", "sums", fsck::Remedy::kCountAgain);
  repair();
  EXPECT_EQ(look().count(), 0u);
  EXPECT_GT(number("SELECT grace FROM log"), 0);
  EXPECT_EQ(number("SELECT grace FROM log"), number("SELECT sum(bytes) FROM grace"));
}

// Nothing can come back of it, so nothing of it fills the quota.
TEST_F(Fsck, ADamagedFileOfErasedTextsGoesWithAllThatIsNotedOfIt) {
  const CutAttachment plan = file("a plan");
  EntryIndex erased;
  {
    const auto store = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE((*store)->begin(true).ok());
    ASSERT_TRUE((*store)->put_attachment(plan, {1}).ok());
    ASSERT_TRUE((*store)->commit().ok());
    const auto index = publish(**store, log, note_with("with a file", plan));
    ASSERT_TRUE(index.ok()) << index.error().text();
    erased = *index;
    ASSERT_TRUE(publish(**store, log, erasure_of(log.id(), erased.value)).ok());
  }
  EXPECT_EQ(look().count(), 0u);
  EXPECT_EQ(number("SELECT count(*) FROM grace_use"), 1);
  const std::filesystem::path kept = grace_file(folder.path() / "store.db");
  for (const char* part : {"-wal", "-shm"}) std::filesystem::remove(kept.string() + part);
  std::ofstream(kept, std::ios::binary) << std::string(8192, 'x');
  expect_named("grace.db", "damaged", fsck::Remedy::kDropKept);
  repair();
  EXPECT_FALSE(std::filesystem::exists(kept));
  EXPECT_EQ(look().count(), 0u);
  for (const char* left :
       {"SELECT count(*) FROM grace", "SELECT count(*) FROM grace_use", "SELECT grace FROM total",
        "SELECT grace FROM log", "SELECT count(*) FROM attachment", "SELECT count(*) FROM attachment_chunk"})
    EXPECT_EQ(number(left), 0) << left;
  const auto store = open_sqlite_store(folder.path() / "store.db");
  EXPECT_EQ((*store)->record(log.id(), erased)->state, BodyState::kErased);
}

}  // namespace
}  // namespace koinon::test::fsck_test
