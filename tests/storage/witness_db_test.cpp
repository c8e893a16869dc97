// What a witness has cosigned is never forgotten, and never goes back.
#include "storage/witness/witness_db.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tests/temporary_folder.h"

namespace koinon::test::witness_db_test {
namespace {

class WitnessDbTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder.path() / "witness.db"; }
  static HeadOfOthers head(std::uint64_t size, const std::string& history = "a") {
    return {"log.example", TreeSize(size), sha256(history + std::to_string(size)), "note " + history, 7};
  }
  TemporaryFolder folder;
};

TEST_F(WitnessDbTest, AHeadIsThereAfterARestart) {
  {
    auto db = WitnessDb::make(path(), {"the vkey", {1000}});
    ASSERT_TRUE(db.ok()) << db.error().text();
    EXPECT_EQ(*db->head("log.example"), std::nullopt);
    ASSERT_TRUE(db->advance(TreeSize(0), head(5)).ok());
    ASSERT_TRUE(db->advance(TreeSize(5), head(9)).ok());
  }
  auto db = WitnessDb::open(path());
  ASSERT_TRUE(db.ok()) << db.error().text();
  EXPECT_EQ(db->owner().vkey, "the vkey");
  EXPECT_EQ(db->owner().made_at, UnixMillis{1000});
  EXPECT_EQ(*db->head("log.example"), head(9));
  EXPECT_EQ(*db->head_of(sha256("log.example")), head(9));
  EXPECT_EQ(*db->head("LOG.example"), std::nullopt);
  EXPECT_EQ(*db->count(), 1U);
  const auto mode = std::filesystem::status(path()).permissions();
  EXPECT_EQ(mode & std::filesystem::perms(0777), std::filesystem::perms(0600));
}

TEST_F(WitnessDbTest, NoHeadGoesBackOrContradicts) {
  auto db = WitnessDb::make(path(), {"v", {}});
  ASSERT_TRUE(db->advance(TreeSize(0), head(5)).ok());
  EXPECT_EQ(db->advance(TreeSize(0), head(9)).error().code, Code::kConflict) << "another one stands";
  EXPECT_EQ(db->advance(TreeSize(9), head(10)).error().code, Code::kConflict);
  EXPECT_EQ(db->advance(TreeSize(5), head(4)).error().code, Code::kConflict) << "smaller";
  EXPECT_EQ(db->advance(TreeSize(5), head(5, "b")).error().code, Code::kConflict) << "another root";
  EXPECT_EQ(*db->head("log.example"), head(5));
  HeadOfOthers again = head(5);
  again.cosigned_at = 8;
  EXPECT_TRUE(db->advance(TreeSize(5), again).ok());
  EXPECT_EQ(*db->head("log.example"), again);
}

TEST_F(WitnessDbTest, OfTwoConnectionsTheSecondSeesWhatTheFirstHasLeft) {
  auto one = WitnessDb::make(path(), {"v", {}});
  auto two = WitnessDb::open(path());
  ASSERT_TRUE(two.ok());
  ASSERT_TRUE(one->advance(TreeSize(0), head(5)).ok());
  EXPECT_EQ(two->advance(TreeSize(0), head(4, "b")).error().code, Code::kConflict);
  EXPECT_TRUE(two->advance(TreeSize(5), head(6)).ok());
  EXPECT_EQ(*one->head("log.example"), head(6));
}

TEST_F(WitnessDbTest, OnlyAFileThatHasCosignedNothingIsGivenToAnotherWitness) {
  EXPECT_EQ(WitnessDb::open(path()).error().code, Code::kNotFound);
  ASSERT_TRUE(WitnessDb::make(path(), {"one", {}}).ok());
  auto db = WitnessDb::make(path(), {"two", {}});
  ASSERT_TRUE(db.ok()) << "the first was cut short before its key was written";
  ASSERT_TRUE(db->advance(TreeSize(0), head(1)).ok());
  EXPECT_EQ(WitnessDb::make(path(), {"three", {}}).error().code, Code::kConflict);
  EXPECT_EQ(WitnessDb::open(path())->owner().vkey, "two");
}

TEST_F(WitnessDbTest, ItCountsWhatWasMade) {
  {
    auto db = WitnessDb::make(path(), {"v", {}});
    EXPECT_EQ(*db->made(), 0U);
    ASSERT_TRUE(db->advance(TreeSize(0), head(5)).ok());
    ASSERT_TRUE(db->advance(TreeSize(5), head(5)).ok());
    EXPECT_FALSE(db->advance(TreeSize(5), head(4)).ok()) << "and no more of what it refuses";
    EXPECT_EQ(*db->made(), 2U) << "the same head again is a statement too";
  }
  EXPECT_EQ(*WitnessDb::open(path())->made(), 2U);
}

TEST_F(WitnessDbTest, ThatItWasPutBackStands) {
  {
    auto db = WitnessDb::make(path(), {"v", {}});
    EXPECT_EQ(*db->put_back_at(), std::nullopt);
    ASSERT_TRUE(db->note_put_back({1000}).ok());
  }
  { EXPECT_EQ(*WitnessDb::open(path())->put_back_at(), UnixMillis{1000}); }
  EXPECT_EQ(*WitnessDb::make(path(), {"another", {}})->put_back_at(), std::nullopt) << "of another key";
}

// An operator puts an older witness.db back, and the newer write-ahead log stays beside it: SQLite puts its
// pages over the older file, the count's among them, and not those of every head.
TEST_F(WitnessDbTest, AFileThatIsMixedOfTwoCopiesIsNoticed) {
  std::uint64_t newest = 0;
  {
    auto db = WitnessDb::make(path(), {"v", {}});
    ASSERT_TRUE(*db->is_of_one_copy());
    HeadOfOthers other = head(1);
    other.origin = "other.example";
    ASSERT_TRUE(db->advance(TreeSize(0), head(5)).ok());
    ASSERT_TRUE(db->advance(TreeSize(0), other).ok());
    ASSERT_TRUE(db->advance(TreeSize(5), head(9)).ok());
    newest = *db->made();
    EXPECT_TRUE(*db->is_of_one_copy());
  }
  EXPECT_TRUE(*WitnessDb::open(path())->is_of_one_copy());
  {
    auto raw = sqlite::Connection::open(path(), {});
    auto put = raw->prepare("UPDATE head SET size = 5, root = ? WHERE origin = 'log.example'");
    ASSERT_TRUE(put.bind_blob(head(5).root.view()).run().ok());
  }
  auto mixed = WitnessDb::open(path());
  ASSERT_TRUE(mixed.ok()) << mixed.error().text();
  EXPECT_EQ(*mixed->made(), newest) << "the count alone does not show it";
  EXPECT_FALSE(*mixed->is_of_one_copy());
}

// As version 1 of the file has it.
TEST_F(WitnessDbTest, AFileThatDidNotCountBeginsAboveItsOlderCopies) {
  const auto older = folder.path() / "older.db";
  {
    auto raw = sqlite::Connection::open(path(), {});
    ASSERT_TRUE(
        raw->execute("CREATE TABLE owner (one INTEGER PRIMARY KEY CHECK (one = 1), vkey TEXT NOT NULL, "
                     "made_at_ms INTEGER NOT NULL)")
            .ok());
    ASSERT_TRUE(raw->execute("CREATE TABLE head (origin_hash BLOB PRIMARY KEY, origin TEXT NOT NULL, "
                             "size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, "
                             "cosigned_at INTEGER NOT NULL) WITHOUT ROWID")
                    .ok());
    ASSERT_TRUE(raw->execute("INSERT INTO owner VALUES (1, 'the vkey', 1000)").ok());
    ASSERT_TRUE(raw->execute("PRAGMA user_version=1").ok());
    auto put = raw->prepare("INSERT INTO head VALUES (?, 'log.example', 5, ?, 'note a', 7)");
    ASSERT_TRUE(put.bind_blob(sha256("log.example").view()).bind_blob(head(5).root.view()).run().ok());
  }
  std::filesystem::copy_file(path(), older);
  {
    auto raw = sqlite::Connection::open(path(), {});
    ASSERT_TRUE(raw->execute("UPDATE head SET size = 9").ok());
  }
  auto db = WitnessDb::open(path());
  ASSERT_TRUE(db.ok()) << db.error().text();
  EXPECT_EQ(db->owner().vkey, "the vkey");
  auto copy = WitnessDb::open(older);
  ASSERT_TRUE(copy.ok()) << copy.error().text();
  EXPECT_EQ(*copy->head("log.example"), head(5));
  EXPECT_LT(*copy->made(), *db->made());
  const std::uint64_t before = *db->made();
  ASSERT_TRUE(db->advance(TreeSize(9), head(12)).ok());
  EXPECT_EQ(*db->made(), before + 1);
  EXPECT_TRUE(*db->is_of_one_copy());
}

TEST_F(WitnessDbTest, AFileOfANewerVersionIsRefused) {
  ASSERT_TRUE(WitnessDb::make(path(), {"v", {}}).ok());
  {
    auto raw = sqlite::Connection::open(path(), {});
    ASSERT_TRUE(raw->execute("PRAGMA user_version=99").ok());
  }
  EXPECT_EQ(WitnessDb::open(path()).error().code, Code::kRefused);
}

}  // namespace
}  // namespace koinon::test::witness_db_test
