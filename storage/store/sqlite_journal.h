// The journal of the SQLite store: one row for each log. The number of a row is given only once, even if a
// crash takes back the row. So numbers are reserved in blocks before any of them is used.
#pragma once

#include "storage/store/journal_numbers.h"
#include "storage/store/sqlite_settings.h"

namespace koinon {

class SqliteJournal {
 public:
  SqliteJournal(sqlite::Connection& db, SqliteSettings& settings) : db_(db), settings_(settings) {}

  // Reads which numbers were reserved. Those that were reserved but not used stay unused.
  Status prepare();
  // Whether a block must be reserved before the next transaction.
  bool is_short() const { return numbers_.is_short(); }
  // Outside a transaction. Its commit is durable, because it must be on the disk before the next transaction.
  Status reserve();
  // Gives a log a new row in place of its old one. Inside a transaction.
  Result<JournalSeq> write_row(std::int64_t log_number);
  // Inside a transaction.
  Status drop_row(std::int64_t log_number);

 private:
  sqlite::Connection& db_;
  SqliteSettings& settings_;
  JournalNumbers numbers_;
};

}  // namespace koinon
