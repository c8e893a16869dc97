#include "node/transport/peers.h"

#include <array>

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
      return "it refuses this node for a while: something that this node sent did not verify there; call its "
             "operator";
    case Ending::kClosed:
      break;
  }
  return "the connection was closed";
}

Peers::Peers(const Engine& engine, std::function<UnixMillis()> wall, const std::vector<PeerRecord>& pinned)
    : engine_(engine), wall_(std::move(wall)) {
  for (const PeerRecord& peer : pinned) peers_.emplace(peer.node_key, make(peer));
}

std::shared_ptr<Peers::Peer> Peers::make(PeerRecord record) {
  auto peer = std::make_shared<Peer>();
  peer->record = std::move(record);
  peer->state_at = peer->away_since = wall_();
  return peer;
}

const PeerRecord* Peers::record(const NodeKey& key) const {
  const auto it = peers_.find(key);
  return it == peers_.end() ? nullptr : &it->second->record;
}

std::shared_ptr<Peers::Peer> Peers::add(PeerRecord record) {
  auto& slot = peers_[record.node_key];
  if (slot) {
    slot->record = std::move(record);
    slot->failures = 0;
    slot->wake_up();
    return nullptr;
  }
  slot = make(std::move(record));
  return slot;
}

void Peers::remove(const NodeKey& key) {
  const auto it = peers_.find(key);
  if (it == peers_.end()) return;
  it->second->removed = true;
  it->second->wake_up();
  peers_.erase(it);
}

void Peers::tell(Peer& peer, PeerTrouble trouble, std::string state) {
  if (peer.trouble == PeerTrouble::kNone && trouble != PeerTrouble::kNone) peer.away_since = wall_();
  peer.trouble = trouble;
  peer.state = std::move(state);
  peer.state_at = wall_();
}

void Peers::session_began(SessionId session, const NodeKey& key) {
  sessions_.emplace(session, key);
  if (const auto known = peers_.find(key); known != peers_.end()) known->second->session = session;
}

void Peers::session_ready(const NodeKey& key) {
  const auto it = peers_.find(key);
  if (it == peers_.end()) return;
  tell(*it->second, PeerTrouble::kNone, "connected");
  it->second->failures = 0;
}

void Peers::session_refused(SessionId session, const std::string& reason) {
  const auto key = sessions_.find(session);
  if (key == sessions_.end()) return;
  const auto peer = peers_.find(key->second);
  if (peer == peers_.end() || another_stands(*peer->second, session)) return;
  tell(*peer->second, PeerTrouble::kEnded, reason);
  peer->second->explained = session;
}

void Peers::session_ended(SessionId session, Ending ending) {
  const auto key = sessions_.extract(session);
  if (key.empty()) return;
  const auto known = peers_.find(key.mapped());
  if (known == peers_.end() || another_stands(*known->second, session)) return;
  Peer& peer = *known->second;
  peer.session.reset();
  // What the engine said of it, or the other side by an Error, says more.
  if (peer.explained != session) tell(peer, trouble_of(ending), ending_text(ending));
  peer.wake_up();
}

// Of two connections with a peer one ends, and the engine has forgotten it: whichever came later, the other
// is the peer's session from now on. False if there is none.
bool Peers::another_stands(Peer& peer, SessionId ended) {
  if (peer.session && *peer.session != ended) return true;
  for (const SessionInfo& session : engine_.sessions()) {
    if (session.peer != peer.record.node_key || session.id == ended) continue;
    peer.session = session.id;
    return true;
  }
  return false;
}

}  // namespace koinon
