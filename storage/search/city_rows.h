// The measures by which cities are compared, out of their profiles.
#pragma once

#include "crypto/identity.h"
#include "koinon/v1/record.pb.h"
#include "storage/search/index_changes.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

// On the index worker's thread. Its references must live longer than it.
class CityRows {
 public:
  CityRows(sqlite::Connection& db, IndexChanges& changes) : db_(db), changes_(changes) {}

  // A city is compared by its latest profile that was not withdrawn. Measures of a profile that is gone are
  // removed here too.
  Status settle(StoreReader& store, const LogId& log);

 private:
  Status put(const LogId& log, EntryIndex index, const v1::Profile& profile);

  sqlite::Connection& db_;
  IndexChanges& changes_;
};

}  // namespace koinon
