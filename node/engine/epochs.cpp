#include "node/engine/epochs.h"

#include <algorithm>

namespace koinon::engine {

void Epochs::on_follow(const Link& link, const v1::Follow& follow) {
  // What others show while the store begins one, they show again when they come back.
  if (follow.epoch().empty() || beginning_) return;
  const Epoch epoch = Epoch::from(follow.epoch());
  const std::uint32_t counter = counter_of(epoch);
  if (journal_.resume(epoch, JournalSeq()) || !journal_.is_lost(counter)) return;
  const auto& is_ours = effects_.config().epochs.is_ours;
  if (!is_ours || !is_ours(epoch)) return;
  news_.rolled_back(link.peer, "the peer has followed this node's journal in a later start, number " +
                                   std::to_string(counter) + ", that the store does not know");
  begin(counter);
}

void Epochs::begin(std::uint32_t shown) {
  beginning_ = true;
  again_at_ = MonoTime::max();
  effects_.ask(BeginEpoch{shown, effects_.config().epochs.make},
               [this, shown](const Result<EpochBegun>& answer) {
                 beginning_ = false;
                 if (!answer.ok()) {
                   shown_ = std::max(shown_, shown);
                   again_at_ = effects_.now().mono + limits::kStoreRetry;
                   return;
                 }
                 journal_.begin_epoch(answer->epochs, shown);
                 end_sessions();
               });
}

void Epochs::run_timers() {
  if (effects_.now().mono < again_at_) return;
  begin(shown_);
}

void Epochs::end_sessions() {
  for (const SessionId id : links_.ids()) {
    Link* link = links_.find(id);
    if (link == nullptr) continue;
    links_.end(*link, v1::ERROR_CODE_SHUTTING_DOWN,
               fail(Code::kUnavailable, "this node has begun a new epoch; connect again", "epoch"));
  }
}

}  // namespace koinon::engine
