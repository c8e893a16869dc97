// The same is asked of every store: in memory, and on SQLite.
#pragma once

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "storage/store/sqlite_store.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

enum class StoreKind { kMemory, kSqlite };

inline auto both_stores() { return testing::Values(StoreKind::kMemory, StoreKind::kSqlite); }

inline std::string store_name(const testing::TestParamInfo<StoreKind>& info) {
  return info.param == StoreKind::kMemory ? "Memory" : "Sqlite";
}

class BothStores : public testing::TestWithParam<StoreKind> {
 protected:
  // Of the options those count that both have: quotas of what is held for others, and the grace of what is
  // erased.
  void open(SqliteStoreOptions options, const std::string& file) {
    if (!options.epochs) options.epochs = unkeyed_epochs();
    if (GetParam() == StoreKind::kMemory) {
      MemoryStore::Options same;
      same.epochs = options.epochs;
      same.transit_bytes = options.transit_bytes;
      same.attachment_bytes = options.attachment_bytes;
      same.erase_grace = options.erase_grace;
      same.grace_bytes = options.grace_bytes;
      store = std::make_unique<MemoryStore>(same);
    } else {
      auto opened = open_sqlite_store(folder.path() / file, options);
      ASSERT_TRUE(opened.ok()) << opened.error().text();
      store = std::move(*opened);
    }
  }
  // In a durable transaction of its own.
  template <typename Change>
  void change(Change act) {
    ASSERT_TRUE(store->begin(true).ok());
    act();
    ASSERT_TRUE(store->commit().ok());
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
};

}  // namespace koinon::test
