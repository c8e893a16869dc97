#include "node/transport/peers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/engine/engine.h"

namespace koinon {
namespace {

PeerTrouble trouble_of(Ending ending) {
  return ending == Ending::kNotPinnedThere ? PeerTrouble::kNotPinnedThere
         : ending == Ending::kRefusedThere ? PeerTrouble::kRefusedThere
                                           : PeerTrouble::kEnded;
}

}  // namespace

std::string_view trouble_name(PeerTrouble trouble) {
  constexpr std::array<std::string_view, 6> kNames = {
      "", "unreachable", "other-key", "not-pinned-there", "refused-there", "ended"};
  return kNames.at(static_cast<std::size_t>(trouble));
}

std::string ending_text(Ending ending) {
  switch (ending) {
    case Ending::kNotPinnedThere:
      return "it has not pinned this node yet: send it this node's line (koinon id)";
    case Ending::kRefusedThere:
      return "it refuses this node for a while: it was paused there, or something that this node sent did "
             "not "
             "verify there; call its operator";
    case Ending::kClosed:
      break;
  }
  return "the connection was closed";
}

Peers::Peers(const Engine& engine, std::function<UnixMillis()> wall, const std::vector<PeerRecord>& pinned)
    : engine_(engine), wall_(std::move(wall)) {
  for (const PeerRecord& peer : pinned) peers_.emplace(peer.node_key, make(peer));
}

Peers::Peer Peers::make(PeerRecord record) const {
  Peer peer;
  peer.record = std::move(record);
  if (peer.record.paused) peer.state = kPausedState;
  peer.state_at = peer.away_since = wall_();
  return peer;
}

const PeerRecord* Peers::record(const NodeKey& key) const {
  const auto it = peers_.find(key);
  return it == peers_.end() ? nullptr : &it->second.record;
}

bool Peers::is_paused(const NodeKey& key) const {
  const PeerRecord* known = record(key);
  const auto pinned = known == nullptr ? pinned_for(key) : std::nullopt;
  if (pinned) known = record(*pinned);
  return known != nullptr && known->paused;
}

bool Peers::pins(const LogId& log) const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [&log](const auto& peer) { return peer.second.record.log == log; });
}

std::vector<LogId> Peers::logs() const {
  std::vector<LogId> out;
  for (const auto& [key, peer] : peers_) {
    if (peer.record.log) out.push_back(*peer.record.log);
  }
  return out;
}

bool Peers::await(const LogId& log, const std::optional<Awaited>& awaited) {
  const auto known = awaited_.find(log);
  if (!awaited) return awaited_.erase(log) > 0;
  if (known != awaited_.end() && known->second.keys == *awaited) return false;
  awaited_.insert_or_assign(log, Awaiting{*awaited});
  return true;
}

std::optional<NodeKey> Peers::take_to_tell(const LogId& log, TreeSize held) {
  const auto known = awaited_.find(log);
  if (known == awaited_.end() || held.value <= known->second.keys.entry.value) return std::nullopt;
  if (std::exchange(known->second.told, true)) return std::nullopt;
  return known->second.keys.pinned;
}

std::optional<NodeKey> Peers::pinned_for(const NodeKey& next) const {
  for (const auto& [log, awaiting] : awaited_) {
    if (awaiting.keys.next == next && peers_.contains(awaiting.keys.pinned)) return awaiting.keys.pinned;
  }
  return std::nullopt;
}

std::optional<NodeKey> Peers::awaited_for(const NodeKey& pinned) const {
  for (const auto& [log, awaiting] : awaited_) {
    if (awaiting.keys.pinned == pinned && peers_.contains(pinned)) return awaiting.keys.next;
  }
  return std::nullopt;
}

void Peers::add(PeerRecord record) {
  const auto it = peers_.find(record.node_key);
  if (it != peers_.end()) {
    const bool was_paused = std::exchange(it->second.record, std::move(record)).paused;
    if (it->second.record.paused != was_paused && !it->second.session)
      set_state(it->second, PeerTrouble::kNone, was_paused ? "not connected yet" : kPausedState);
    return;
  }
  const NodeKey key = record.node_key;
  peers_.emplace(key, make(std::move(record)));
}

void Peers::attempt_failed(const NodeKey& key, PeerTrouble trouble, const Error& why) {
  const auto it = peers_.find(key);
  if (it == peers_.end() || it->second.session || it->second.record.paused) return;
  set_state(it->second, trouble, why.message);
  it->second.why = why;
}

void Peers::set_state(Peer& peer, PeerTrouble trouble, std::string state) {
  if (peer.trouble == PeerTrouble::kNone && trouble != PeerTrouble::kNone) peer.away_since = wall_();
  peer.trouble = trouble;
  peer.state = std::move(state);
  peer.why.reset();
  peer.state_at = wall_();
}

void Peers::session_began(SessionId session, const NodeKey& key) {
  sessions_.emplace(session, key);
  if (const auto known = peers_.find(key); known != peers_.end()) known->second.session = session;
}

void Peers::session_ready(const NodeKey& key) {
  const auto it = peers_.find(key);
  if (it == peers_.end()) return;
  set_state(it->second, PeerTrouble::kNone, "connected");
}

void Peers::explain_end(SessionId session, const std::string& reason) {
  const auto key = sessions_.find(session);
  if (key == sessions_.end()) return;
  const auto peer = peers_.find(key->second);
  if (peer == peers_.end() || keeps_another(peer->second, session)) return;
  set_state(peer->second, PeerTrouble::kEnded, reason);
  peer->second.explained = session;
}

const Peers::Peer* Peers::session_ended(SessionId session, Ending ending) {
  const auto key = sessions_.extract(session);
  if (key.empty()) return nullptr;
  const auto known = peers_.find(key.mapped());
  if (known == peers_.end() || keeps_another(known->second, session)) return nullptr;
  Peer& peer = known->second;
  peer.session.reset();
  // What the engine said of it, or the other side by an Error, says more.
  if (peer.explained != session) set_state(peer, trouble_of(ending), ending_text(ending));
  return &peer;
}

// Whether another session stands with the peer than the one that ends, which the engine has forgotten. Of two
// connections with a peer one ends: whichever came later, the other is the peer's session from now on.
bool Peers::keeps_another(Peer& peer, SessionId ended) {
  if (peer.session && *peer.session != ended) return true;
  for (const SessionInfo& session : engine_.sessions()) {
    if (session.peer != peer.record.node_key || session.id == ended) continue;
    peer.session = session.id;
    return true;
  }
  return false;
}

}  // namespace koinon
