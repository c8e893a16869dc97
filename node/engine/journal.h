// Our journal: one row for each log that stands whole, the newest; who follows us is told the rows in order.
//
// A row enters only when no commit that was given to the store before it is open, since that one's row may be
// lower, and a follower's cursor never goes back.
#pragma once

#include "node/engine/logs.h"

namespace koinon::engine {

class Journal {
 public:
  // The rows of the logs are those that the store holds.
  Journal(Logs& logs, const JournalId& id, JournalSeq last_row);

  const JournalId& id() const { return id_; }
  const std::map<std::uint64_t, LogId>& rows() const { return rows_; }  // by row, the newest of each log
  JournalSeq last_row() const { return last_row_; }

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
  JournalId id_;
  std::map<std::uint64_t, LogId> rows_;
  JournalSeq last_row_;
  std::map<std::uint64_t, Commit> commits_;  // in the order given
  std::uint64_t next_commit_ = 1;
};

}  // namespace koinon::engine
