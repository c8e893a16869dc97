// The journal of the SQLite store: one row a log, whose number is given once, whatever a crash takes back.
// Numbers are reserved by blocks before any of them is used.
#pragma once

#include "storage/store/journal_numbers.h"
#include "storage/store/sqlite_settings.h"

namespace koinon {

class SqliteJournal {
 public:
  SqliteJournal(sqlite::Connection& db, SqliteSettings& settings) : db_(db), settings_(settings) {}

  // Reads what was reserved; what was reserved before and not used stays unused.
  Status prepare();
  // Whether a block is to be reserved before the next transaction.
  bool is_short() const { return numbers_.is_short(); }
  // Outside a transaction. It must be on the disk before the next transaction is, so its commit is durable.
  Status reserve();
  // A new row of a log, instead of the one that it had. Inside a transaction.
  Result<JournalSeq> write_row(std::int64_t log_number);
  // Inside a transaction.
  Status drop_row(std::int64_t log_number);

 private:
  sqlite::Connection& db_;
  SqliteSettings& settings_;
  JournalNumbers numbers_;
};

}  // namespace koinon
