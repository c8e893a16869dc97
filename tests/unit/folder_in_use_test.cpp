// A data folder has one user at a time, and every thread opens its databases for itself.
#include "node/daemon/folder_in_use.h"

#include <fstream>

#include <gtest/gtest.h>

#include "node/daemon/init.h"
#include "storage/store/sqlite_store.h"
#include "tests/temporary_folder.h"

namespace koinon::test {
namespace {

constexpr UnixMillis kNow{1'780'000'000'000};

class FolderInUseTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    ASSERT_TRUE(
        init_node(DataFolder(place.path()), {"seoul.example", "Seoul", "en", "city", "", false, ""}, kNow)
            .ok());
  }
  Result<FolderInUse> open() const { return FolderInUse::open(place.path(), ""); }

  TemporaryFolder place;
};

TEST_F(FolderInUseTest, HasOneUserAtATime) {
  {
    const auto first = open();
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(first->keys().city);
    const auto second = open();
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, Code::kRefused);
  }
  EXPECT_TRUE(open().ok());
}

TEST_F(FolderInUseTest, StaysLockedWhenItIsMoved) {
  auto first = open();
  ASSERT_TRUE(first.ok());
  const FolderInUse moved = std::move(*first);
  EXPECT_FALSE(open().ok());
}

TEST_F(FolderInUseTest, IsFreeAgainWhereItsKeysCannotBeRead) {
  const std::filesystem::path passphrase = place.path() / "empty";
  std::ofstream(passphrase).close();
  EXPECT_FALSE(FolderInUse::open(place.path(), passphrase.string()).ok());
  EXPECT_TRUE(open().ok());
}

TEST_F(FolderInUseTest, OpensTheDatabasesForEachThreadOnceThereIsAnIndex) {
  const auto folder = open();
  ASSERT_TRUE(folder.ok());
  EXPECT_FALSE(folder->open_databases().ok());
  const auto store = open_sqlite_store(folder->files().store());
  ASSERT_TRUE(store.ok());
  const auto index = open_index_writer(folder->files().index(), *(*store)->journal());
  ASSERT_TRUE(index.ok());
  const auto one = folder->open_databases();
  const auto other = folder->open_databases(64);
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_NE(one->store, other->store);
  EXPECT_EQ((*one->store->journal()), (*other->store->journal()));
}

}  // namespace
}  // namespace koinon::test
