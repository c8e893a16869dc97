#include "node/engine/journal.h"

#include <algorithm>

namespace koinon::engine {

Journal::Journal(Logs& logs, const JournalId& id, JournalSeq last_row)
    : logs_(logs), id_(id), last_row_(last_row) {
  for (const auto& [log_id, log] : logs.all()) {
    if (log->state().journal_seq.value > 0) rows_.emplace(log->state().journal_seq.value, log_id);
  }
}

std::uint64_t Journal::begin_commit() {
  commits_.emplace(next_commit_, Commit());
  return next_commit_++;
}

std::vector<LogId> Journal::end_commit(std::uint64_t commit, const LogId& log, JournalSeq row) {
  commits_[commit] = {true, log, row};
  std::map<JournalSeq, LogId> entered;
  while (!commits_.empty() && commits_.begin()->second.done) {
    const Commit& done = commits_.begin()->second;
    if (done.row.value > 0) entered.emplace(done.row, done.log);
    commits_.erase(commits_.begin());
  }
  std::vector<LogId> out;
  for (const auto& [seq, id] : entered) {
    Log& told = logs_.at(id);
    rows_.erase(told.state().journal_seq.value);
    logs_.set_row(told, seq);
    rows_.emplace(seq.value, id);
    last_row_ = std::max(last_row_, seq);
    out.push_back(id);
  }
  return out;
}

void Journal::forget(const Log& log) { rows_.erase(log.state().journal_seq.value); }

}  // namespace koinon::engine
