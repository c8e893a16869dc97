#include "node/engine/journal.h"

#include <algorithm>

namespace koinon::engine {

Journal::Journal(Logs& logs, Epochs epochs, JournalSeq last_row)
    : logs_(logs),
      epochs_(std::move(epochs.known)),
      handled_(epochs.handled),
      begun_(epochs.begun && !epochs_.empty()),
      last_row_(last_row) {
  if (!epochs.begun) known_before_ = largest_counter(epochs_);
  if (epochs_.empty()) epochs_.push_back({unkeyed_epochs()(1), {}, {}});  // of a store that nobody has begun
  if (epochs.begun && epochs_.size() > 1) known_before_ = counter_of(epochs_[epochs_.size() - 2].epoch);
  for (const auto& [log_id, log] : logs.all()) {
    if (log->state().journal_seq.value > 0) rows_.emplace(log->state().journal_seq.value, log_id);
  }
}

const Epoch& Journal::epoch() const { return epochs_.back().epoch; }

std::optional<JournalSeq> Journal::resume(const Epoch& epoch, JournalSeq cursor) const {
  return resumed(epochs_, epoch, cursor, last_row_);
}

bool Journal::is_lost(std::uint32_t counter) const { return counter > std::max(known_before_, handled_); }

void Journal::begin_epoch(std::vector<EpochRange> epochs, std::uint32_t handled) {
  if (!epochs.empty()) epochs_ = std::move(epochs);
  begun_ = true;
  handled_ = std::max(handled_, handled);
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
    // It was taken back meanwhile: the store has taken the row away.
    if (told.recovering() || told.stands_unsigned()) continue;
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
