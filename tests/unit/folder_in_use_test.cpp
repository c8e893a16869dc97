// A data folder has one user at a time, and every thread opens its databases for itself.
#include "node/daemon/folder_in_use.h"

#include <fstream>

#include <gtest/gtest.h>

#include "storage/store/sqlite_store.h"
#include "tests/unit/node_folder.h"

namespace koinon::test::folder_in_use_test {
namespace {

class FolderInUseTest : public NodeFolder {};

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
  const auto store = open_sqlite_store(folder->files().store(), with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(store.ok());
  const auto index = open_index_writer(folder->files().index(), *(*store)->epochs());
  ASSERT_TRUE(index.ok());
  const auto one = folder->open_databases();
  const auto other = folder->open_databases();
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_NE(one->store, other->store);
  EXPECT_EQ(*one->store->epoch(), *other->store->epoch());
}

}  // namespace
}  // namespace koinon::test::folder_in_use_test
