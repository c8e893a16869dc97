// The rows of logs in a store of SQL: who a log is, its heads, whether it is frozen or out of policy.
// Writing is part of SqlStore, inside its transactions.
#pragma once

#include "storage/store/sql_journal.h"
#include "storage/store/sql_logs.h"
#include "storage/store/store_engine.h"

namespace koinon {

class SqlHeads {
 public:
  SqlHeads(StoreEngine& engine, SqlLogs& logs, SqlJournal& journal)
      : engine_(engine), db_(engine.connection()), logs_(logs), journal_(journal) {}

  // Makes a row for the log if it has none. Returns its number; its records have their place.
  Result<std::int64_t> create(const RunCommit& run);
  // The same of a log that has a row.
  Result<std::int64_t> place(const LogId& log);
  // Called after the records of the run were written. `bytes`: what came since this was called last. Returns
  // the log's journal row if the log is whole now, else 0.
  Result<JournalSeq> extend(const RunCommit& run, std::int64_t number, std::uint64_t bytes);
  // Returns the new journal row if the log is whole, else 0.
  Result<JournalSeq> freeze(const LogId& log);
  // Its row stays: nothing is new of it. Nothing changes if it is not known.
  Status thaw(const LogId& log);
  Result<JournalSeq> readmit(const LogId& log);
  // Nothing of it stands whole, or is known: 0.
  Result<JournalSeq> renew_row(const LogId& log);
  Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived);
  // Its heads have lost their word: nothing of it stands whole, and it has no row. `frozen`: there is
  // evidence against its new origin. `held_under`: LogState::held_under. Nothing changes if it is not known.
  Status drop_heads(const LogId& log, bool frozen, std::uint64_t held_under);
  Status set_held_under(const LogId& log, std::uint64_t recoveries);
  // It stands whole with this head, to which its entries lead.
  Status stand(const LogId& log, const StoredHead& head);
  // The log is removed. Its own row stays, because arrivals name it, and a frozen log stays frozen. The row
  // gets a new number, which is returned. What is held under the old number is taken away little by little.
  Result<std::int64_t> clear(std::int64_t number);

 private:
  Result<std::int64_t> renumber(std::int64_t number);

  StoreEngine& engine_;
  sql::Connection& db_;
  SqlLogs& logs_;
  SqlJournal& journal_;
};

}  // namespace koinon
