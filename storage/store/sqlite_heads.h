// The rows of logs in the SQLite store: who a log is, its heads, whether it is frozen or out of policy.
// Writing is part of SqliteStore, inside its transactions.
#pragma once

#include "storage/store/sqlite_journal.h"
#include "storage/store/sqlite_logs.h"

namespace koinon {

class SqliteHeads {
 public:
  SqliteHeads(sqlite::Connection& db, SqliteLogs& logs, SqliteJournal& journal)
      : db_(db), logs_(logs), journal_(journal) {}

  // Where the log has no row yet, it gets one. Returns its number.
  Result<std::int64_t> create(const RunCommit& run);
  // After the run's records are written. Returns the log's journal row if it stands whole now, 0 if not.
  Result<JournalSeq> extend(const RunCommit& run, std::int64_t number);
  // Returns the new journal row where the log stands whole, 0 if not.
  Result<JournalSeq> freeze(const LogId& log);
  Result<JournalSeq> readmit(const LogId& log);
  Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived);
  // Of a log that is removed. The row of the log itself stays: arrivals name it, and a frozen log stays
  // frozen. It gets another number, which is returned; what is held under the old one is taken away by and
  // by.
  Result<std::int64_t> clear(std::int64_t number);

 private:
  Result<std::int64_t> renumber(std::int64_t number);

  sqlite::Connection& db_;
  SqliteLogs& logs_;
  SqliteJournal& journal_;
};

}  // namespace koinon
