// What logs have stated about their keys, in a store of SQL. It is kept by log id, and outlives the log's
// removal. Writing is part of SqlStore, inside its transactions.
#pragma once

#include "crypto/log_state.h"
#include "storage/sql/connection.h"

namespace koinon {

class SqlStatements {
 public:
  explicit SqlStatements(sql::Connection& db) : db_(db) {}

  // The signed notes, in order.
  Result<std::vector<Bytes>> of(const LogId& log);
  // Only for a start: of logs of which nothing is held.
  Result<std::vector<KeptStatements>> of_unheld();
  // Instead of what was kept of the log.
  Status keep(const LogId& log, const std::vector<Bytes>& notes);

 private:
  sql::Connection& db_;
};

}  // namespace koinon
