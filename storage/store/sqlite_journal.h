// The journal of the SQLite store: one row for each log. Rows are numbered one after the other, over all
// epochs. A crash may take back the newest rows; their numbers are given again, in the epoch of the next
// start.
#pragma once

#include "storage/store/sqlite_epochs.h"

namespace koinon {

class SqliteJournal {
 public:
  SqliteJournal(sqlite::Connection& db, SqliteEpochs& epochs) : db_(db), epochs_(epochs) {}

  // Gives a log a new row in place of its old one. Inside a transaction.
  Result<JournalSeq> write_row(std::int64_t log_number);
  // Inside a transaction.
  Status drop_row(std::int64_t log_number);

 private:
  sqlite::Connection& db_;
  SqliteEpochs& epochs_;
};

}  // namespace koinon
