#include "node/replication/dialler.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {

void Dialler::add(const NodeKey& key, bool reachable, MonoTime now) {
  Peer& peer = peers_[key];
  peer.reachable = reachable;
  peer.tries = 0;
  peer.at = now;
}

void Dialler::hurry(const NodeKey& key, MonoTime now) {
  if (const auto it = peers_.find(key); it != peers_.end()) it->second.at = now;
}

std::vector<Dialler::Attempt> Dialler::take_due(MonoTime now, const Shuns& shuns) {
  std::vector<Attempt> out;
  for (auto& [key, peer] : peers_) {
    if (!waits(peer) || peer.at > now) continue;
    if (shuns(key)) {
      peer.at = now + limits::kShunnedPause;
      continue;
    }
    // It counts until a session is ready: one that ends before that was no success.
    ++peer.tries;
    peer.attempt = ++attempts_;
    out.push_back({key, peer.attempt});
  }
  return out;
}

MonoTime Dialler::next() const {
  MonoTime next = MonoTime::max();
  for (const auto& [key, peer] : peers_) {
    if (waits(peer)) next = std::min(next, peer.at);
  }
  return next;
}

Dialler::Peer* Dialler::of(const Attempt& attempt) {
  const auto it = peers_.find(attempt.peer);
  return it == peers_.end() || it->second.attempt != attempt.number ? nullptr : &it->second;
}

bool Dialler::is_under_way(const Attempt& attempt) const {
  const auto it = peers_.find(attempt.peer);
  return it != peers_.end() && it->second.attempt == attempt.number;
}

void Dialler::succeeded(const Attempt& attempt) {
  if (Peer* peer = of(attempt); peer != nullptr) peer->attempt = 0;
}

void Dialler::failed(const Attempt& attempt, Why why, MonoTime now) {
  Peer* peer = of(attempt);
  if (peer == nullptr) return;
  peer->attempt = 0;
  // A session that the other side began says more of it than our attempt.
  if (!peer->connected) put_off(*peer, why, now);
}

void Dialler::session_began(const NodeKey& key) {
  if (const auto it = peers_.find(key); it != peers_.end()) it->second.connected = true;
}

void Dialler::session_ready(const NodeKey& key) {
  if (const auto it = peers_.find(key); it != peers_.end()) it->second.tries = 0;
}

void Dialler::session_ended(const NodeKey& key, Why why, MonoTime now) {
  const auto it = peers_.find(key);
  if (it == peers_.end()) return;
  it->second.connected = false;
  put_off(it->second, why, now);
}

void Dialler::put_off(Peer& peer, Why why, MonoTime now) {
  constexpr unsigned kDoublings = 16;  // beyond the longest pause
  MonoTime wait = MonoTime(limits::kDialBackoffMin) * (std::int64_t{1} << std::min(peer.tries, kDoublings));
  wait = std::min<MonoTime>(wait, limits::kDialBackoffMax);
  if (why == Why::kNotPinnedThere) wait = std::min<MonoTime>(wait, limits::kUnpinnedPause);
  peer.at = now + between_(wait / 2, wait);
}

}  // namespace koinon
