// How a simulated node finds its peers: it dials those that the Dialler names, and a handshake checks the
// pins.
#include <algorithm>

#include "proto/base/limits.h"
#include "tools/sim/liar.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {

bool SimNode::connected_to(const SimNode& other) const {
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [&](const auto& entry) { return entry.second == other.node_key_; });
}

std::vector<SimNode*> SimNode::peers() const {
  std::vector<SimNode*> out;
  for (const auto& [key, peer] : peers_) out.push_back(peer);
  return out;
}

std::vector<SessionId> SimNode::sessions() const {
  std::vector<SessionId> out;
  for (const auto& [id, key] : sessions_) out.push_back(id);
  return out;
}

void SimNode::look_for_dials() {
  if (!up()) return;
  const MonoTime next = dialler_->next();
  if (next >= looks_at_) return;
  looks_at_ = next;
  later(std::max(next - now().mono, MonoTime(0)), [this, next] {
    if (looks_at_ != next) return;  // an earlier look was scheduled meanwhile
    looks_at_ = MonoTime::max();
    const auto shuns = [this](const NodeKey& key) { return engine_->shuns(now(), key); };
    for (const Dialler::Attempt& attempt : dialler_->take_due(now().mono, shuns)) dial(attempt);
    look_for_dials();
  });
}

void SimNode::dial_now(const SimNode& other) {
  if (!up()) return;
  dialler_->hurry(other.node_key_, now().mono);
  look_for_dials();
}

void SimNode::session_ended(const NodeKey& key) {
  if (std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& entry) { return entry.second == key; }))
    return;
  dialler_->session_ended(key, Dialler::Why::kOther, now().mono);
  look_for_dials();
}

void SimNode::dial(const Dialler::Attempt& attempt) {
  SimNode& other = *peers_.at(attempt.peer);
  const MonoTime flight = around_.fabric.latency(index_, other.index_);
  const bool answers = other.up() && !around_.fabric.blocked(index_, other.index_) &&
                       !around_.fabric.blocked(other.index_, index_);
  // TCP and TLS take two round trips. If the network does not answer, the deadline ends the try.
  const MonoTime takes = answers ? 4 * flight : MonoTime(limits::kHandshakeDeadline);
  later(takes, [this, attempt, answers, &other] { settle_dial(attempt, other, answers); });
}

void SimNode::settle_dial(const Dialler::Attempt& attempt, SimNode& there, bool answers) {
  if (!dialler_->is_under_way(attempt)) return;
  answers = answers && there.up();
  // The handshake checks the pin, and whether the peer may connect after its behaviour.
  const bool pinned = answers && there.peers_with(*this);
  if (pinned && !there.engine().shuns(there.now(), node_key_)) {
    dialler_->succeeded(attempt);
    shaken(there);
  } else {
    const auto why = answers && !pinned ? Dialler::Why::kNotPinnedThere : Dialler::Why::kOther;
    dialler_->failed(attempt, why, now().mono);
  }
  look_for_dials();
}

// The handshake is done at the side that dialled. In TLS 1.3 the other side is done when our last message
// arrives.
void SimNode::shaken(SimNode& there) {
  const SessionId session = around_.fabric.open(index_, there.index_);
  around_.counters.add("connections");
  if (!setup_.late_listener) {
    there.connected(session, *this, false);
    return connected(session, there, true);
  }
  there.later(around_.fabric.latency(index_, there.index_), [this, session, &there] {
    if (around_.fabric.is_open(session, there.index_)) there.connected(session, *this, false);
  });
  connected(session, there, true);
}

void SimNode::connected(SessionId session, SimNode& other, bool dialled_by_us) {
  sessions_.emplace(session, other.node_key_);
  dialler_->session_began(other.node_key_);
  if (liar_) liar_->on_connected(session);
  engine_->on_connected(now(), session, other.node_key_, dialled_by_us);
  after_input();
}

}  // namespace koinon::sim
