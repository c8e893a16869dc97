// Erased bytes on a server. A row that was deleted or changed stays in its file until VACUUM, and its bytes
// until something is written over them. So a table with erased bytes is vacuumed soon, and at most once in a
// while written anew (VACUUM FULL), which leaves nothing of them. Triggers note such tables in `erased`.
//
// While a table is written anew nobody reads it: it is done with one partition at a time, and gives way where
// somebody reads at that moment.
#pragma once

#include <chrono>
#include <string>

#include "storage/postgres/connection.h"

namespace koinon::postgres {

// Writes a table anew. False: somebody reads it. Even a small one may wait for hours, for a copy of the
// server that is away.
Result<bool> write_anew(Connection& db, const std::string& table, std::chrono::milliseconds deadline);
// The write-ahead log has what was erased as well. Its old files go at a checkpoint, where the server's
// wal_recycle is off and this user may ask for one (RUNBOOK, "The hub").
void end_old_log(Connection& db, std::chrono::milliseconds deadline);

class ErasedRows {
 public:
  // `every`: a table is written anew that long after the first of its rows was erased.
  ErasedRows(Connection& db, std::chrono::milliseconds every) : db_(db), every_(every) {}

  // One round. False: a table could not be written anew, because somebody reads it; try again. True: what is
  // left is not due yet, or too large (256 MiB): the operator writes that anew when nobody
  // reads (RUNBOOK, "The hub").
  Result<bool> fold();

 private:
  struct Table {
    std::string name;  // with that of its schema
    bool due = false;
    bool fresh = false;  // noted within the last rounds, and perhaps not vacuumed yet
  };
  Result<std::vector<Table>> tables();
  Status take(const Table& table);
  Result<bool> are_seen_by_none(const Table& table);
  Result<bool> write_anew(const Table& table);

  Connection& db_;
  std::chrono::milliseconds every_;
};

}  // namespace koinon::postgres
