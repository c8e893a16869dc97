// What the profiles of cities say: the measures by which they are compared, and what they are called.
#pragma once

#include "crypto/identity.h"
#include "koinon/v1/record.pb.h"
#include "storage/search/called_cities.h"
#include "storage/search/index_changes.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

// On the index worker's thread. Its references must live longer than it.
class CityRows {
 public:
  CityRows(sqlite::Connection& db, IndexChanges& changes) : db_(db), changes_(changes), called_(db) {}

  // A city of which the first record is indexed.
  Status begin(StoreReader& store, const LogId& log);

  // A city is compared, and found by name, by its latest profile that was not withdrawn. What a profile that
  // is gone said of it is removed here too.
  Status settle(StoreReader& store, const LogId& log);
  Status remove(const LogId& log);

 private:
  Status put(const LogId& log, EntryIndex index, const v1::Profile& profile);

  sqlite::Connection& db_;
  IndexChanges& changes_;
  CalledCities called_;
};

}  // namespace koinon
