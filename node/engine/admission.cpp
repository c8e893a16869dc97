#include "node/engine/admission.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proto/base/limits.h"

namespace koinon::engine {

Admission::Admission(Effects& effects, StoreHealth& store, TrustPolicy& trust, Peers& peers, Logs& logs,
                     Journal& journal, News& news, std::chrono::milliseconds lived)
    : effects_(effects),
      store_(store),
      trust_(trust),
      peers_(peers),
      logs_(logs),
      journal_(journal),
      news_(news),
      lived_{effects.now().mono, lived, lived} {}

// --- trust ---

TrustChange Admission::recompute() {
  const Now& now = effects_.now();
  std::vector<LogId> direct;
  direct.reserve(peers_.all().size());
  for (const auto& [key, peer] : peers_.all()) {
    if (peer.log) direct.push_back(*peer.log);
  }
  trust_.set_peers(std::move(direct));
  TrustChange change = trust_.refresh(now.wall);
  for (const auto* logs : {&change.added, &change.removed, &change.moved})
    claims_changed_.insert(logs->begin(), logs->end());
  next_refresh_ = now.mono + limits::kTrustRefresh;
  if (const auto expiry = trust_.next_expiry(); expiry) {
    const std::chrono::milliseconds left(std::max<std::int64_t>(expiry->value - now.wall.value, 1));
    next_refresh_ = std::min(next_refresh_, now.mono + std::min<MonoTime>(left, limits::kTrustRefresh));
  }
  if (!outside_.empty()) {
    if (lived() - lived_.saved >= limits::kLivedSaved) save_lived();
    next_refresh_ = std::min<MonoTime>(next_refresh_, now.mono + limits::kLivedSaved);
  }
  return change;
}

void Admission::add_vouches(const std::vector<VouchFact>& vouches) {
  for (const VouchFact& vouch : vouches) trust_.add_vouch(vouch);
  if (!vouches.empty()) next_refresh_ = std::min(next_refresh_, effects_.now().mono + limits::kTrustDelay);
}

void Admission::replace_vouches(const LogId& voucher, const std::vector<VouchFact>& vouches) {
  trust_.forget_voucher(voucher);
  for (const VouchFact& vouch : vouches) trust_.add_vouch(vouch);
  next_refresh_ = std::min(next_refresh_, effects_.now().mono + limits::kTrustDelay);
}

void Admission::begin_admitted(const LogId& id) {
  effects_.emit({Event::Kind::kTrusted, {}, id, {}, {}});
  outside_.erase(id);
}

void Admission::readmit_if_out(Log& log) {
  if (log.state().out_since && !log.removing()) readmit(log);
}

void Admission::readmit(Log& log) {
  logs_.come_back(log);
  // A new row: peers whose cursors have passed the old one while we told nothing of it hear of it again.
  effects_.ask(CommitReadmission{log.id()},
               [this, id = log.id(), commit = journal_.begin_commit()](const Result<RunStored>& answer) {
                 news_.commit_ended(commit, id, answer.ok() ? answer->journal_seq : JournalSeq(0));
                 if (!answer.ok() && !logs_.at(id).state().frozen) store_.note_failure(id, answer.error());
               });
}

void Admission::begin_outside(const LogId& id) { effects_.emit({Event::Kind::kDistrusted, {}, id, {}, {}}); }

void Admission::keep_for_grace(Log& log) {
  if (log.held().value == 0 && log.commits() == 0) return;
  const Now& now = effects_.now();
  outside_.insert(log.id());
  const bool fell_out_before = log.state().out_since.has_value();
  if (!fell_out_before) logs_.fall_out(log, now.wall, lived());
  const std::chrono::milliseconds out = log.state().out_lived;
  const auto left = std::max(out + effects_.config().grace - lived(), std::chrono::milliseconds(1));
  next_refresh_ = std::min<MonoTime>(next_refresh_, now.mono + left);
  if (fell_out_before) return;
  // Before what counts from it: with less stored, the next start would count from less.
  if (lived_.saved != out) save_lived();
  effects_.ask(CommitOutOfPolicy{log.id(), now.wall, out});
}

// How long this node has run, over all its starts. A clock that jumps, and time in which nobody ran, who
// could have looked after the log or vouched for it again, do not count.
std::chrono::milliseconds Admission::lived() const {
  return lived_.before +
         std::chrono::duration_cast<std::chrono::milliseconds>(effects_.now().mono - lived_.started);
}

// A crash loses what came since, which only makes the grace longer.
void Admission::save_lived() {
  lived_.saved = lived();
  effects_.ask(CommitLived{lived_.saved});
}

void Admission::remove_expired() {
  for (const LogId& id : std::set<LogId>(outside_)) {
    Log& log = logs_.at(id);
    if (!log.state().out_since || log.removing() || log.commits() > 0 || log.is_filtered() ||
        log.recovering())
      continue;
    if (lived() - log.state().out_lived >= effects_.config().grace) remove(log);
  }
}

// The log stays known by its identity alone, so that answers under way still find it.
void Admission::remove(Log& log) {
  logs_.set_removing(log, true);
  effects_.ask(CommitRemoval{log.id(), effects_.now().wall},
               [this, id = log.id()](const Result<Done>& answer) {
                 Log& gone = logs_.at(id);
                 logs_.set_removing(gone, false);
                 if (answer.ok()) return news_.log_removed(gone);
                 if (trust_.admits(id)) readmit(gone);
                 if (!gone.state().frozen) store_.note_failure(id, answer.error());
               });
}

void Admission::forget(const LogId& id) {
  outside_.erase(id);
  trust_.forget_voucher(id);
}

// --- names ---

std::vector<NameClaim> Admission::take_claims() {
  std::vector<NameClaim> out;
  for (const LogId& id : std::exchange(claims_changed_, {}))
    out.push_back({id, name_of(id), trust_.rank(id)});
  return out;
}

// What the log's first head has proven. Before that comes, a pinned peer is called what the operator was
// told, so that nobody takes its name in between. Empty: a voucher's word alone is not enough.
std::string Admission::name_of(const LogId& id) const {
  const Log* log = logs_.find(id);
  if (log != nullptr && !log->state().identity().name.empty()) return log->state().identity().name;
  if (trust_.rank(id) != 1) return {};
  for (const auto& [key, peer] : peers_.all()) {
    if (peer.log == id) return peer.name;
  }
  return {};
}

}  // namespace koinon::engine
