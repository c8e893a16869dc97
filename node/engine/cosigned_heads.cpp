#include "node/engine/cosigned_heads.h"

#include <algorithm>

#include "node/engine/cosigned_frames.h"
#include "proto/base/limits.h"

namespace koinon::engine {
namespace {

std::size_t lines_of(const std::vector<CosignedBrief>& heads) {
  std::size_t out = 0;
  for (const CosignedBrief& head : heads) out += head.key_ids.size() + head.unknown.size();
  return out;
}

// Whether some head has a cosignature that it had not before. Lines of unknown kinds count for nothing, and
// make no row either: whoever sends them could make rows without end.
bool has_more(const std::vector<CosignedBrief>& before, const std::vector<CosignedBrief>& after) {
  for (const CosignedBrief& head : after) {
    const auto same = std::find_if(before.begin(), before.end(), [&](const CosignedBrief& one) {
      return one.recoveries == head.recoveries && one.size == head.size && one.root == head.root;
    });
    for (const std::uint32_t id : head.key_ids) {
      if (same == before.end() ||
          std::find(same->key_ids.begin(), same->key_ids.end(), id) == same->key_ids.end())
        return true;
    }
  }
  return false;
}

}  // namespace

CosignedHeads::CosignedHeads(Effects& effects, StoreHealth& store, Logs& logs, Journal& journal, News& news,
                             std::vector<LogCosigned> stored)
    : effects_(effects), store_(store), logs_(logs), journal_(journal), news_(news) {
  for (LogCosigned& log : stored) {
    Known& known = logs_of_[log.log];
    known.last = log.last;
    known.heads = std::move(log.heads);
  }
}

const std::vector<CosignedBrief>& CosignedHeads::of(const LogId& log) const {
  const auto known = logs_of_.find(log);
  return known == logs_of_.end() ? none_ : known->second.heads;
}

std::optional<LastCosigned> CosignedHeads::last(const LogId& log) const {
  const auto known = logs_of_.find(log);
  return known == logs_of_.end() ? std::nullopt : known->second.last;
}

std::set<LogId> CosignedHeads::cosigned_logs() const {
  std::set<LogId> out;
  for (const auto& [log, known] : logs_of_) {
    if (known.last) out.insert(log);
  }
  return out;
}

const CosignedBrief* CosignedHeads::find(const LogId& log, std::uint64_t recoveries, TreeSize size,
                                         const Hash& root) const {
  for (const CosignedBrief& head : of(log)) {
    if (head.recoveries == recoveries && head.size == size && head.root == root) return &head;
  }
  return nullptr;
}

void CosignedHeads::keep(const LogId& log, CosignedHead head, std::function<void(const Status&)> then) {
  effects_.ask(
      CommitCosigned{log, std::move(head), effects_.now().wall},
      [this, log, change = begin_change(), then = std::move(then)](const Result<CosignedKept>& answer) {
        if (answer.ok()) took(log, change, answer->heads);
        if (then) then(answer.ok() ? Status() : Status(answer.error()));
      });
}

// The first lines wait a little, so that those which come with them share their row.
void CosignedHeads::took(const LogId& log, std::uint64_t change, std::vector<CosignedBrief> heads) {
  const Log* held = logs_.find(log);
  if (held == nullptr || !held->state().whole) return;
  Known& known = logs_of_[log];
  if (change < known.change) return;
  known.change = change;
  const bool more = has_more(known.heads, heads);
  known.heads = std::move(heads);
  if (!more) return;
  MonoTime at = effects_.now().mono + limits::kSetRowDelay;
  if (known.row_at != MonoTime::min()) at = std::max(at, known.row_at + limits::kSetRowEvery);
  put_off(log, at);
}

void CosignedHeads::put_off(const LogId& log, MonoTime until) {
  Known& known = logs_of_[log];
  if (known.due) return;
  known.due = until;
  due_.emplace(until, log);
}

// Others cosign what our own log puts up, so they hear of heads that have no line yet.
std::optional<v1::Frame> CosignedHeads::news(const LogId& log, JournalSeq after, JournalSeq row) {
  auto out = named(log);
  if (!out) return out;
  JournalSeq& told = logs_of_.at(log).row;
  if (told.value == 0) told = row;
  if (told <= after) out.reset();
  return out;
}

std::optional<v1::Frame> CosignedHeads::named(const LogId& log) const {
  const std::vector<CosignedBrief>& heads = of(log);
  if (heads.empty() || (lines_of(heads) == 0 && !logs_.is_own(log))) return std::nullopt;
  return all_of(log);
}

void CosignedHeads::tell_anew(const LogId& log) {
  if (const auto known = logs_of_.find(log); known != logs_of_.end()) known->second.row = JournalSeq(0);
}

v1::Frame CosignedHeads::all_of(const LogId& log) const {
  v1::Frame frame;
  auto& message = *frame.mutable_cosigned_heads();
  message.set_log_id(log.bytes());
  for (const CosignedBrief& head : of(log)) {
    auto& told = *message.add_heads();
    told.set_recoveries(head.recoveries);
    told.set_size(head.size.value);
    told.set_root(head.root.bytes());
    told.set_key_ids(write_key_ids(head.key_ids));
  }
  return frame;
}

void CosignedHeads::forget(const LogId& log) {
  const auto known = logs_of_.find(log);
  if (known == logs_of_.end()) return;
  if (known->second.due) due_.erase({*known->second.due, log});
  // What the store answers to changes of before says nothing any more.
  Known left{known->second.last, {}, begin_change(), {}, known->second.row_at, {}};
  known->second = std::move(left);
}

void CosignedHeads::run_timers() {
  while (!due_.empty() && due_.begin()->first <= effects_.now().mono) {
    const LogId log = due_.extract(due_.begin()).value().second;
    const auto known = logs_of_.find(log);
    if (known == logs_of_.end()) continue;
    known->second.due.reset();
    if (logs_.serves(log)) make_row(log);
  }
}

void CosignedHeads::make_row(const LogId& log) {
  logs_of_[log].row_at = effects_.now().mono;
  effects_.ask(CommitSetRow{log}, [this, log, commit = journal_.begin_commit()](
                                      const Result<RunStored>& answer) { on_row(log, commit, answer); });
}

void CosignedHeads::on_row(const LogId& log, std::uint64_t commit, const Result<RunStored>& answer) {
  // Of a log that was removed meanwhile there is no row any more.
  const Log* held = logs_.find(log);
  const bool is_held = held != nullptr && held->state().whole;
  const JournalSeq row = answer.ok() && is_held ? answer->journal_seq : JournalSeq(0);
  if (row.value > 0) logs_of_[log].row = row;
  news_.commit_ended(commit, log, row);
  if (answer.ok() || answer.error().code == Code::kNotFound || !is_held) return;
  store_.note_failure(log, answer.error());
  put_off(log, effects_.now().mono + limits::kSetRowEvery);
}

}  // namespace koinon::engine
