// How a simulated node finds its peers: dialling, backoff, and the pins that a handshake checks.
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
  for (const auto& [key, peer] : peers_) out.push_back(peer.node);
  return out;
}

std::vector<SessionId> SimNode::sessions() const {
  std::vector<SessionId> out;
  for (const auto& [id, key] : sessions_) out.push_back(id);
  return out;
}

void SimNode::dial_later(const NodeKey& key) {
  const auto it = peers_.find(key);
  if (it == peers_.end() || !up() || it->second.dialling || it->second.node->dialling_only()) return;
  Peer& peer = it->second;
  peer.dialling = true;
  MonoTime wait = MonoTime(limits::kDialBackoffMin) * (std::int64_t{1} << std::min(peer.failures, 16U));
  wait = std::min<MonoTime>(wait, limits::kDialBackoffMax);
  if (engine_->shuns(now(), key)) wait = std::chrono::minutes(1);
  peer.wait = ++waits_;
  later(chance_.between(wait / 2, wait), [this, key, number = peer.wait] {
    const auto waiting = peers_.find(key);
    if (waiting != peers_.end() && waiting->second.wait == number) dial(key);
  });
}

void SimNode::dial_now(const SimNode& other) {
  const auto it = peers_.find(other.node_key_);
  if (it == peers_.end() || !up() || other.dialling_only()) return;
  Peer& peer = it->second;
  if (peer.dialling && peer.wait == 0) return;
  peer.dialling = true;
  dial(other.node_key_);
}

void SimNode::dial(const NodeKey& key) {
  const auto it = peers_.find(key);
  if (it == peers_.end()) return;
  Peer& peer = it->second;
  peer.wait = 0;
  SimNode& other = *peer.node;
  if (connected_to(other)) {
    peer.dialling = false;
    return;
  }
  if (engine_->shuns(now(), key)) {
    peer.dialling = false;
    return dial_later(key);
  }
  ++peer.failures;
  const MonoTime flight = around_.fabric.latency(index_, other.index_);
  const bool reachable = other.up() && other.peers_with(*this) &&
                         !around_.fabric.blocked(index_, other.index_) &&
                         !around_.fabric.blocked(other.index_, index_);
  // TCP and TLS: two round trips; a network that says nothing, the deadline.
  const MonoTime takes = reachable ? 4 * flight : MonoTime(limits::kHandshakeDeadline);
  later(takes, [this, key, reachable] {
    const auto again = peers_.find(key);
    if (again == peers_.end()) return;
    again->second.dialling = false;
    SimNode& there = *again->second.node;
    // The pin is checked in the handshake, and with it how the peer has behaved.
    if (!reachable || !there.up() || !there.peers_with(*this) ||
        there.engine().shuns(there.now(), node_key_)) {
      return dial_later(key);
    }
    shaken(there);
  });
}

// The handshake has ended at the side that dialled. In TLS 1.3 the other ends it when our last word arrives.
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
  if (liar_) liar_->on_connected(session);
  engine_->on_connected(now(), session, other.node_key_, dialled_by_us);
  after_input();
}

}  // namespace koinon::sim
