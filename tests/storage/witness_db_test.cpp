// What a witness has cosigned is never forgotten, and never goes back.
#include "storage/witness/witness_db.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tests/temporary_folder.h"

namespace koinon::test {
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

TEST_F(WitnessDbTest, AFileOfANewerVersionIsRefused) {
  ASSERT_TRUE(WitnessDb::make(path(), {"v", {}}).ok());
  {
    auto raw = sqlite::Connection::open(path(), {});
    ASSERT_TRUE(raw->execute("PRAGMA user_version=99").ok());
  }
  EXPECT_EQ(WitnessDb::open(path()).error().code, Code::kRefused);
}

}  // namespace
}  // namespace koinon::test
