// The same is asked of every store: in memory, on SQLite, and on PostgreSQL.
#pragma once

#include <map>

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "storage/postgres/postgres_store.h"
#include "storage/store/sqlite_store.h"
#include "tests/postgres/test_server.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

enum class StoreKind { kMemory, kSqlite, kPostgres };

inline auto all_stores() {
  return testing::Values(StoreKind::kMemory, StoreKind::kSqlite, StoreKind::kPostgres);
}

inline std::string store_name(const testing::TestParamInfo<StoreKind>& info) {
  switch (info.param) {
    case StoreKind::kMemory:
      return "Memory";
    case StoreKind::kSqlite:
      return "Sqlite";
    case StoreKind::kPostgres:
      return "Postgres";
  }
  return {};
}

class AllStores : public testing::TestWithParam<StoreKind> {
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
    } else if (GetParam() == StoreKind::kSqlite) {
      auto opened = open_sqlite_store(folder.path() / file, options);
      ASSERT_TRUE(opened.ok()) << opened.error().text();
      store = std::move(*opened);
    } else {
      PostgresStoreOptions there;
      static_cast<StoreOptions&>(there) = options;
      there.place = place_of(file);
      there.holder = "a test";
      there.erased_rewritten = std::chrono::milliseconds(0);
      auto opened = open_postgres_store(there);
      ASSERT_TRUE(opened.ok()) << opened.error().text();
      store = std::move(*opened);
    }
  }
  // The database that stands for a file of SQLite.
  PostgresPlace place_of(const std::string& file) {
    const auto found = places_.find(file);
    return found != places_.end() ? found->second : places_.emplace(file, fresh_database()).first->second;
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

 private:
  std::map<std::string, PostgresPlace> places_;
};

}  // namespace koinon::test
