// Our journal: one row for each log that stands whole, the newest; who follows us is told the rows in order.
//
// A row enters only when no commit that was given to the store before it is open, since that one's row may be
// lower, and a follower's cursor never goes back. Rows are numbered over all epochs; cursors count in the
// epoch of the session's Hello.
#pragma once

#include "node/engine/logs.h"

namespace koinon::engine {

class Journal {
 public:
  // What the store says of its epochs when we start (StoreState).
  struct Epochs {
    std::vector<EpochRange> known;
    bool begun = true;
    std::uint32_t handled = 0;
  };
  // The rows of the logs are those that the store holds.
  Journal(Logs& logs, Epochs epochs, JournalSeq last_row);

  const Epoch& epoch() const;                // the current one
  bool has_begun() const { return begun_; }  // it is of this start; not: the disk was full
  const std::map<std::uint64_t, LogId>& rows() const { return rows_; }  // by row, the newest of each log
  JournalSeq last_row() const { return last_row_; }

  // Where a follower's cursor goes on. Nothing: the store does not know its epoch, so that it is told all.
  std::optional<JournalSeq> resume(const Epoch& epoch, JournalSeq cursor) const;
  // Whether a counter says that the store has lost epochs: it is above all that the store knew before this
  // start, and above those that were handled.
  bool is_lost(std::uint32_t counter) const;
  // The store has begun an epoch while we run. `handled`: the counter of the lost one that was shown; 0:
  // none.
  void begin_epoch(std::vector<EpochRange> epochs, std::uint32_t handled);

  // A commit that may make a row is given to the store. Returns its number, for `end`.
  std::uint64_t begin_commit();
  // The store has answered it, in any order; `row`: that it made, 0: none. Returns the logs whose rows have
  // entered the journal with that, in the order of rows; the caller has them told (News::commit_ended).
  std::vector<LogId> end_commit(std::uint64_t commit, const LogId& log, JournalSeq row);
  // The log is removed, and its row with it. Comes before Logs::forget.
  void forget(const Log& log);

 private:
  struct Commit {
    bool done = false;
    LogId log;
    JournalSeq row;  // 0: none
  };

  Logs& logs_;
  std::vector<EpochRange> epochs_;  // oldest first; never empty
  std::uint32_t known_before_ = 0;  // the largest counter that the store knew before this start
  std::uint32_t handled_;
  bool begun_;
  std::map<std::uint64_t, LogId> rows_;
  JournalSeq last_row_;
  std::map<std::uint64_t, Commit> commits_;  // in the order given
  std::uint64_t next_commit_ = 1;
};

}  // namespace koinon::engine
