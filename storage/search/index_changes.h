// Tells readers what has changed in the index, so that they need not read all of it anew.
#pragma once

#include <cstdint>

#include "crypto/identity.h"
#include "proto/base/result.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// On the index worker's thread. `db` must live longer than it.
class IndexChanges {
 public:
  explicit IndexChanges(sqlite::Connection& db) : db_(db) {}

  // The number of the next addition or change. Readers ask only for numbers that are new to them.
  Result<std::int64_t> next();
  // The one that `next` gave last.
  std::int64_t last() const { return last_; }
  // Readers must forget what they keep of this in memory: all of a log, or what the log's profile says of the
  // city.
  enum class Removed : unsigned char { kProfile = 0, kLog = 1, kEntries = 2 };
  Status note_removed(const LogId& log, Removed what);
  // The same of entries [from, to) of a log that arrived before `arrival`: others may stand in their places
  // later. Called again with the same arrival it makes `to` larger.
  Status note_entries_removed(const LogId& log, EntryIndex from, EntryIndex to, ArrivalSeq arrival);
  // Readers must forget all that they keep of the index in memory, and load it anew.
  Status new_generation();

  // Notes that text was deleted in this batch. Its words stay in the file until the full text is rewritten.
  void begin_batch() { taken_away_ = false; }
  void note_taken_away() { taken_away_ = true; }
  bool taken_away() const { return taken_away_; }

 private:
  sqlite::Connection& db_;
  std::int64_t last_ = 0;  // 0: not read yet
  bool taken_away_ = false;
};

}  // namespace koinon
