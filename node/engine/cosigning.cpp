#include "node/engine/cosigning.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon::engine {
namespace {

// Commits that are durable one by one: so many are with the store at a time.
constexpr std::size_t kUnderWay = 64;

}  // namespace

Cosigning::Cosigning(Effects& effects, Logs& logs, Links& links, Standing& standing, CosignedHeads& heads)
    : effects_(effects),
      logs_(logs),
      links_(links),
      standing_(standing),
      heads_(heads),
      lost_(effects.config().cosigner_lost),
      rolled_back_at_(effects.config().standing.rolled_back_at) {}

bool Cosigning::may_cosign() const {
  return effects_.config().cosign && !lost_ && standing_.view().state == SigningState::kSigns;
}

// What the lost key has signed last counts nowhere any more: the new one signs it again.
void Cosigning::set_lost(bool lost) {
  if (lost_ && !lost) anew_ = heads_.cosigned_logs();
  lost_ = lost;
}

// A proof may be followed at once by an answer that lets us sign: its time stays.
void Cosigning::review() {
  const StandingView& view = standing_.view();
  const bool is_new = view.rolled_back_at.value > 0 && view.rolled_back_at != rolled_back_at_;
  if (is_new) rolled_back_at_ = view.rolled_back_at;
  if (is_new || view.rolled_back) lost_ = true;
  const bool can = may_cosign();
  if (can && !could_) {
    refused_.clear();
    for (const auto& [id, log] : logs_.all()) look_at(id);
  }
  could_ = can;
}

void Cosigning::forget(const LogId& log) { refused_.erase(log); }

// --- when ---

// Where there is nothing to sign no timer runs: heads of a busy log come often.
void Cosigning::look_at(const LogId& id) {
  const Log* log = logs_.find(id);
  if (log == nullptr || (!logs_.is_own(id) && (!may_cosign() || next_of(*log) == nullptr))) return;
  const auto next = next_at_.find(id);
  wait(id, next == next_at_.end() ? effects_.now().mono : std::max(effects_.now().mono, next->second));
}

void Cosigning::wait(const LogId& log, MonoTime until) {
  const auto [place, first] = waits_.try_emplace(log, until);
  if (!first && place->second <= until) return;
  if (!first) due_.erase({place->second, log});
  place->second = until;
  due_.emplace(until, log);
}

// What failed for one log fails for the others: none is tried for a while, and then this one again.
void Cosigning::rest(const LogId& log) {
  rests_until_ = effects_.now().mono + limits::kStoreRetryMax;
  wait(log, rests_until_);
}

void Cosigning::run_timers() {
  if (effects_.now().mono < rests_until_) return;
  while (!due_.empty() && due_.begin()->first <= effects_.now().mono && under_way_.size() < kUnderWay) {
    const LogId id = due_.extract(due_.begin()).value().second;
    waits_.erase(id);
    if (const auto next = next_at_.find(id); next != next_at_.end() && next->second <= effects_.now().mono)
      next_at_.erase(next);
    const Log* log = logs_.find(id);
    if (log == nullptr || under_way_.contains(id)) continue;
    if (logs_.is_own(id)) {
      put_up(*log);
    } else {
      cosign(id);
    }
  }
}

MonoTime Cosigning::next_timer() const {
  if (due_.empty() || under_way_.size() >= kUnderWay) return MonoTime::max();
  return std::max(due_.begin()->first, rests_until_);
}

// --- others' heads ---

// The newest that is known, held whole, and may follow what we signed.
const CosignedBrief* Cosigning::next_of(const Log& log) const {
  const std::uint64_t recoveries = log.state().keys.recoveries();
  const std::optional<LastCosigned> last = heads_.last(log.id());
  const auto refused = refused_.find(log.id());
  for (const CosignedBrief& head : heads_.of(log.id())) {
    const LastCosigned next{head.recoveries, head.size, head.root};
    if (head.recoveries != recoveries || head.size.value > log.whole_size()) continue;
    if (last == next && !anew_.contains(log.id())) return nullptr;
    if (!may_follow(last, next)) return nullptr;
    const bool is_refused =
        refused != refused_.end() && (refused->second == next || !may_follow(refused->second, next));
    return is_refused ? nullptr : &head;
  }
  return nullptr;
}

void Cosigning::cosign(const LogId& id) {
  if (!may_cosign() || !logs_.serves(id)) return;
  const Log& log = logs_.at(id);
  if (log.state().frozen || log.recovering()) return;
  const CosignedBrief* head = next_of(log);
  if (head == nullptr) return;
  const LastCosigned next{head->recoveries, head->size, head->root};
  under_way_.insert(id);
  next_at_[id] = effects_.now().mono + limits::kCosignEvery;
  effects_.ask(CommitCosign{id, next, effects_.now().wall, effects_.config().cosign},
               [this, id, next, change = heads_.begin_change()](const Result<CosignedKept>& answer) {
                 if (answer.ok()) heads_.took(id, change, answer->heads);
                 on_cosigned(id, next, answer);
               });
}

void Cosigning::on_cosigned(const LogId& id, const LastCosigned& next, const Result<CosignedKept>& answer) {
  under_way_.erase(id);
  if (!answer.ok()) {
    const Code code = answer.error().code;
    if (code == Code::kConflict || code == Code::kNotFound) {
      refused_[id] = next;
      return look_at(id);
    }
    return rest(id);
  }
  heads_.set_last(id, next);
  anew_.erase(id);
  if (answer->own) send_to_author(id, *answer->own);
  look_at(id);
}

// Others hear of it with the next row.
void Cosigning::send_to_author(const LogId& log, const CosignedHead& own) {
  v1::Frame frame;
  auto& note = *frame.mutable_cosignatures()->add_notes();
  note.set_log_id(log.bytes());
  note.set_note(cosigned_note(own));
  for (const auto& [id, link] : links_.all()) {
    if (link->ready && link->peer_log == log) links_.send(*link, frame);
  }
}

// --- our own ---

void Cosigning::put_up(const Log& log) {
  if (!log.state().whole || log.recovering() || log.state().frozen) return;
  const StoredHead& whole = *log.state().whole;
  const std::uint64_t recoveries = log.state().keys.recoveries();
  if (heads_.find(log.id(), recoveries, whole.size, whole.root) != nullptr) return;
  under_way_.insert(log.id());
  next_at_[log.id()] = effects_.now().mono + limits::kPutUpEvery;
  heads_.keep(log.id(), {recoveries, whole, effects_.now().wall, {}},
              [this, id = log.id()](const Status& kept) {
                under_way_.erase(id);
                if (!kept.ok()) return rest(id);
                heads_.tell_anew(id);
                tell_peers(id);
                look_at(id);
              });
}

void Cosigning::tell_peers(const LogId& log) {
  const v1::Frame news = heads_.all_of(log);
  for (const auto& [id, link] : links_.all()) {
    if (link->ready) links_.send(*link, news);
  }
}

}  // namespace koinon::engine
