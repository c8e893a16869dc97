// What a record refers to, and to which cities its note is addressed.
#pragma once

#include <optional>

#include "crypto/identity.h"
#include "koinon/v1/record.pb.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

// On the index worker's thread. The database must live longer than it.
class ReferenceRows {
 public:
  explicit ReferenceRows(sqlite::Connection& db) : db_(db) {}

  // Before the records of a transaction.
  Status begin(StoreReader& store);
  // Of a record that is new to the index. `id`: its row.
  Status insert(std::int64_t id, const LogId& log, EntryIndex index, ArrivalSeq arrival,
                const v1::Entry& entry);

 private:
  Status insert_links(std::int64_t id, const LogId& log, EntryIndex from, const v1::Entry& entry);
  Status insert_addressees(std::int64_t id, const LogId& log, ArrivalSeq arrival, const v1::Entry& entry);

  sqlite::Connection& db_;
  std::optional<LogId> own_;
};

}  // namespace koinon
