#include "node/transport/network_view.h"

#include "node/engine/engine.h"

namespace koinon {

std::optional<FileFetching> NetworkView::file(const AttachmentId& id) const {
  const auto standing = engine_.file(id);
  if (!standing) return std::nullopt;
  const PeerRecord* peer = standing->source ? peers_.record(*standing->source) : nullptr;
  return FileFetching{peer == nullptr ? "" : peer->name, standing->trouble};
}

ReachView NetworkView::reaches(std::string address) const {
  ReachView out;
  out.address = std::move(address);
  for (ReachStanding& said : engine_.reaches()) {
    const PeerRecord* peer = peers_.record(said.peer);
    out.peers.push_back({peer == nullptr ? "" : peer->name, std::move(said)});
  }
  for (const SessionInfo& session : engine_.sessions()) out.connected += session.ready ? 1 : 0;
  return out;
}

CityStanding NetworkView::standing(const LogId& log, const StandingWish& wish) const {
  CityStanding out;
  put_trust(engine_.trust(), log, wish, clock_.wall(), out);
  out.log = engine_.standing(log, wish.entry);
  out.topics = engine_.filter().text();
  for (const SessionInfo& session : engine_.sessions()) {
    const PeerRecord* peer = peers_.record(session.peer);
    if (session.ready && peer != nullptr) out.connected.push_back(peer->name);
  }
  for (const auto& [key, peer] : peers_.all()) {
    out.peers.emplace(key, peer.record.name);
    if (peer.record.log) out.cities.emplace(key, *peer.record.log);
  }
  return out;
}

TrustPaths NetworkView::paths(const std::vector<LogId>& logs) const {
  TrustPaths out = paths_of(engine_.trust(), logs);
  const std::vector<LogId> for_good = engine_.for_good();
  out.for_good.insert(for_good.begin(), for_good.end());
  return out;
}

TrustGraph NetworkView::graph(const std::optional<LogId>& own, std::size_t most) const {
  return graph_of(engine_.trust(), peers_.logs(), own, clock_.wall(), most);
}

// The engine looks when the next one comes, which may be never.
Conduct conduct_told(Conduct conduct, MonoTime now) {
  if (now - conduct.last_lie_at > limits::kLieForgotten) conduct.lies = 0;
  return conduct;
}

std::optional<std::uint64_t> NetworkView::lag_of(const PeerRecord& peer) const {
  if (!peer.log || !engine_.trust().admits(*peer.log)) return std::nullopt;
  const LogState* log = engine_.log(*peer.log);
  const std::uint64_t held = log == nullptr ? 0 : log->range.size().value;
  const std::uint64_t seen = engine_.seen_size(*peer.log).value;
  return seen > held ? seen - held : 0;
}

// `session`: that stands with it, if there is one.
PeerStatus NetworkView::status_of(const Peers::Peer& peer, const SessionInfo* session) const {
  const NodeKey& key = peer.record.node_key;
  PeerStatus status;
  status.node_key = key;
  status.log = peer.record.log;
  status.name = peer.record.name;
  status.address = peer.record.address;
  status.vouch = peer.record.vouch;
  status.paused = peer.record.paused;
  status.state = peer.state;
  status.why = peer.why;
  status.state_at = peer.state_at;
  status.away_since = peer.away_since;
  status.trouble = peer.trouble;
  if (const Conduct* conduct = engine_.conduct(key); conduct != nullptr)
    status.conduct = conduct_told(*conduct, clock_.mono());
  status.shunned = engine_.shuns({clock_.mono(), clock_.wall()}, key);
  status.cursor = engine_.peer_cursor(key).value;
  status.lag = lag_of(peer.record);
  if (session == nullptr) return status;
  status.connected = session->ready;
  status.came_in = session->ready && !session->dialled_by_us;
  status.agent = session->agent;
  status.bytes_in = session->bytes_in;
  status.bytes_out = session->bytes_out;
  status.queued = session->queued;
  status.counts = session->counts;
  status.wants = session->filter.text();
  if (const auto said = session->wall_less_mono_ms; said) {
    const auto mono = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.mono());
    status.clock_ahead_ms = *said + mono.count() - clock_.wall().value;
  }
  return status;
}

NetworkStatus NetworkView::status() const {
  NetworkStatus out;
  std::map<NodeKey, SessionInfo> sessions;
  for (const SessionInfo& session : engine_.sessions()) {
    if (session.ready || !sessions.contains(session.peer)) sessions.insert_or_assign(session.peer, session);
  }
  for (const auto& [key, peer] : peers_.all()) {
    const auto session = sessions.find(key);
    out.peers.push_back(status_of(peer, session == sessions.end() ? nullptr : &session->second));
  }
  out.blocked.assign(engine_.trust().blocked().begin(), engine_.trust().blocked().end());
  out.topics = engine_.filter().text();
  out.bodies_missing = engine_.bodies_missing();
  out.knocks = knocks_.list(clock_.wall());
  out.trusted = engine_.trust().admitted().size();
  for (const LogId& log : engine_.frozen()) {
    if (engine_.trust().admits(log)) out.frozen.emplace(log, engine_.log(log)->range.size().value);
  }
  for (const LogId& log : engine_.for_good()) {
    if (engine_.trust().admits(log)) out.for_good.push_back(log);
  }
  for (const LogId& log : engine_.thawed()) {
    if (engine_.trust().admits(log)) out.thawed.push_back(log);
  }
  return out;
}

}  // namespace koinon
