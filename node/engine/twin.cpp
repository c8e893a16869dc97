#include "node/engine/twin.h"

#include <algorithm>

namespace koinon::engine {

Twin::Shows Twin::on_follow(const NodeKey& peer, const v1::Follow& follow, const Epoch& current) {
  if (follow.epoch().empty()) return Shows::kNoTwin;
  const Epoch named = Epoch::from(follow.epoch());
  if (named == current) {
    followed_.insert(peer);
    return Shows::kNoTwin;
  }
  const std::uint32_t counter = counter_of(named);
  const auto& is_ours = effects_.config().epochs.is_ours;
  if (counter < counter_of(current) || !is_ours || !is_ours(named)) return Shows::kNoTwin;
  const auto [shown, first] = shown_.try_emplace(peer, counter);
  if (!followed_.contains(peer) && (first || counter <= shown->second)) return Shows::kNoTwin;
  if (excused_.contains(peer)) return Shows::kTwinAgain;
  if (accusers_.empty()) accused_at_ = effects_.now().mono;
  return accusers_.insert(peer).second ? Shows::kTwin : Shows::kTwinAgain;
}

// Only a session that stood counts: after a machine has lost power its peers hold on to what it had for a
// minute.
void Twin::note_displaced(const Link& link) {
  if (!link.ready) return;
  const auto& links = links_.all();
  const bool other = std::any_of(links.begin(), links.end(), [&](const auto& one) {
    return one.second->peer == link.peer && one.first != link.id;
  });
  if (!other) displaced_.emplace(link.peer, effects_.now().mono);
}

void Twin::on_connected(const Link& link) {
  if (!link.dialled_by_us) displaced_.erase(link.peer);
}

bool Twin::take_displaced(MonoTime& due) {
  const MonoTime now = effects_.now().mono;
  bool news = false;
  std::erase_if(displaced_, [&](const auto& one) {
    const MonoTime until = one.second + limits::kDisplacedWait;
    if (until > now) {
      due = std::min(due, until);
      return false;
    }
    Heard& heard = heard_[one.first];
    if (now < heard.until) return true;
    heard.pause = std::min(std::max(2 * heard.pause, MonoTime(limits::kDisplacedForgotten)),
                           MonoTime(limits::kDisplacedForgottenAtMost));
    heard.until = now + heard.pause;
    news = true;
    return true;
  });
  return news;
}

void Twin::excuse(const NodeKey& peer) {
  accusers_.erase(peer);
  excused_.insert(peer);
}

void Twin::forget(const NodeKey& peer) {
  excused_.erase(peer);
  heard_.erase(peer);
  accusers_.erase(peer);
  followed_.erase(peer);
  shown_.erase(peer);
  displaced_.erase(peer);
}

}  // namespace koinon::engine
