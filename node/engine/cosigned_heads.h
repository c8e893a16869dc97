// Which heads of each log cities have cosigned, or are asked to: what is known while the node runs. The lines
// themselves are with the store (crypto/cosigned.h says which are kept).
//
// Where cosignatures of a log have become more, its followers hear of it by a journal row, at most once in
// limits::kSetRowEvery. Those that know the row before are told of the heads with it (`news`).
#pragma once

#include <map>
#include <optional>
#include <set>

#include "crypto/cosigned.h"
#include "node/engine/journal.h"
#include "node/engine/links.h"
#include "node/engine/news.h"
#include "node/engine/store_health.h"

namespace koinon::engine {

class CosignedHeads {
 public:
  CosignedHeads(Effects& effects, StoreHealth& store, Logs& logs, Journal& journal, News& news,
                std::vector<LogCosigned> stored);

  // The newest first; empty: none is known.
  const std::vector<CosignedBrief>& of(const LogId& log) const;
  // The newest checkpoint of the log that our own cosigner has signed.
  std::optional<LastCosigned> last(const LogId& log) const;
  std::set<LogId> cosigned_logs() const;  // of which our own cosigner has signed any
  void set_last(const LogId& log, const LastCosigned& last) { logs_of_[log].last = last; }
  const CosignedBrief* find(const LogId& log, std::uint64_t recoveries, TreeSize size,
                            const Hash& root) const;

  // Gives a head and its lines, verified, to the store. `then` hears whether it is kept.
  void keep(const LogId& log, CosignedHead head, std::function<void(const Status&)> then = {});
  // A change of what is kept goes to the store. Returns its number, for `took`.
  std::uint64_t begin_change() { return ++changes_; }
  // The store kept these after the change of that number. Answers come in any order, and those that are older
  // than what is known say nothing.
  void took(const LogId& log, std::uint64_t change, std::vector<CosignedBrief> heads);

  // What is told of a log behind `row`, its newest. Nothing: no city has cosigned a head of it, or whoever
  // knows the row `after` was told of them. Of our own log whoever is new hears in any case.
  std::optional<v1::Frame> news(const LogId& log, JournalSeq after, JournalSeq row);
  v1::Frame all_of(const LogId& log) const;
  // What is told of a log to whoever asks for it by name: what it was told before, policy may have refused.
  std::optional<v1::Frame> named(const LogId& log) const;
  // A head of our own log was put up: followers that were away hear of it behind the log's newest row.
  void tell_anew(const LogId& log);

  // The log's data were removed, or it was taken back. What our own cosigner signed stays known.
  void forget(const LogId& log);

  void run_timers();
  MonoTime next_timer() const { return due_.empty() ? MonoTime::max() : due_.begin()->first; }

 private:
  struct Known {
    std::optional<LastCosigned> last;
    std::vector<CosignedBrief> heads;
    std::uint64_t change = 0;  // after which these were kept
    // The row that told of what the heads have now. 0: the next that is told, since nobody away was told.
    JournalSeq row;
    MonoTime row_at = MonoTime::min();
    std::optional<MonoTime> due;  // as in due_
  };

  void make_row(const LogId& log);
  void on_row(const LogId& log, std::uint64_t commit, const Result<RunStored>& answer);
  void put_off(const LogId& log, MonoTime until);

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  Journal& journal_;
  News& news_;
  const std::vector<CosignedBrief> none_;
  std::map<LogId, Known> logs_of_;
  std::uint64_t changes_ = 0;
  std::set<std::pair<MonoTime, LogId>> due_;  // logs that are to have a row, and when
};

}  // namespace koinon::engine
