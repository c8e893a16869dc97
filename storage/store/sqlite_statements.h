// What logs have stated about their keys, in the SQLite store. It is kept by log id, and outlives the log's
// removal. Writing is part of SqliteStore, inside its transactions.
#pragma once

#include "crypto/log_state.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

class SqliteStatements {
 public:
  explicit SqliteStatements(sqlite::Connection& db) : db_(db) {}

  // The signed notes, in order.
  Result<std::vector<Bytes>> of(const LogId& log);
  // Only for a start: of logs of which nothing is held.
  Result<std::vector<KeptStatements>> of_unheld();
  // Instead of what was kept of the log.
  Status keep(const LogId& log, const std::vector<Bytes>& notes);

 private:
  sqlite::Connection& db_;
};

}  // namespace koinon
