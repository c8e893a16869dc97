// What readers are told of changes of the index, so that they need not read it anew.
#pragma once

#include <cstdint>

#include "crypto/identity.h"
#include "proto/base/result.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// On the index worker's thread; `db` has to outlive it.
class IndexChanges {
 public:
  explicit IndexChanges(sqlite::Connection& db) : db_(db) {}

  // Counts what was added or changed, so that readers ask for what is new alone.
  Result<std::int64_t> next();
  // Whoever keeps something of what is gone in memory forgets it: all of a log, or what its profile says of
  // the city.
  enum class Removed : unsigned char { kProfile = 0, kLog = 1 };
  Status note_removed(const LogId& log, Removed what);
  // Whoever keeps something of the index in memory begins anew.
  Status new_generation();

  // Text was deleted in this batch: its words are in the file until the full text is rewritten.
  void begin_batch() { taken_away_ = false; }
  void note_taken_away() { taken_away_ = true; }
  bool taken_away() const { return taken_away_; }

 private:
  sqlite::Connection& db_;
  std::int64_t last_ = 0;  // 0: not read yet
  bool taken_away_ = false;
};

}  // namespace koinon
