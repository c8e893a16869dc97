// The journal of a store of SQL: one row for each log. Rows are numbered one after the other, over all
// epochs. A crash may take back the newest rows; their numbers are given again, in the epoch of the next
// start.
#pragma once

#include "storage/store/sql_epochs.h"

namespace koinon {

class SqlJournal {
 public:
  SqlJournal(sql::Connection& db, SqlEpochs& epochs) : db_(db), epochs_(epochs) {}

  // Gives a log a new row in place of its old one. Inside a transaction.
  Result<JournalSeq> write_row(std::int64_t log_number);
  // Inside a transaction.
  Status drop_row(std::int64_t log_number);

 private:
  sql::Connection& db_;
  SqlEpochs& epochs_;
};

}  // namespace koinon
