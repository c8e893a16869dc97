// What a store of SQL asks of its database beyond SQL: each database has its own. The store's parts stand on
// this and on sql::Connection alone.
#pragma once

#include <memory>

#include "storage/sql/connection.h"
#include "storage/store/room.h"
#include "storage/store/store.h"

namespace koinon {

class ReadEngine {
 public:
  virtual ~ReadEngine() = default;
  virtual sql::Connection& connection() = 0;
  // StoreReader::lag.
  virtual Result<StoreLag> lag() = 0;
};

class StoreEngine : public ReadEngine {
 public:
  // Before records of a log are written that has none yet. Inside a transaction.
  virtual Status make_place(std::int64_t log_number) = 0;
  // Where erased bodies are kept for a grace time: a table `body (record, body)`. kDiskFull: it cannot be
  // made now.
  virtual Result<std::unique_ptr<sql::Connection>> open_kept() = 0;
  // It is damaged. What it holds is given up.
  virtual Status remove_kept() = 0;
  // Bytes were erased by what was committed last: connection().fold() does not answer for them by what it did
  // before.
  virtual void note_erased() = 0;
  // Store::room, Store::has_lease and Store::keep_lease.
  virtual Result<Room> room() = 0;
  virtual bool has_lease() const = 0;
  virtual Status keep_lease() = 0;
};

}  // namespace koinon
