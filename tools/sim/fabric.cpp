#include "tools/sim/fabric.h"

#include <algorithm>
#include <utility>

namespace koinon::sim {
namespace {
constexpr std::size_t kSocketBuffer =
    256 * 1024;                           // how much a sender may still write while a direction is blocked
constexpr unsigned kRetransmissions = 8;  // then the connection is reset
constexpr std::chrono::milliseconds kLeastTimeout{200};
constexpr std::chrono::milliseconds kLate{500};  // more than any flight takes
}  // namespace

NodeIndex Fabric::add(Endpoint& endpoint, Place place) {
  endpoints_.push_back(&endpoint);
  places_.push_back(place);
  return endpoints_.size() - 1;
}

MonoTime Fabric::latency(NodeIndex from, NodeIndex to) const { return one_way(places_[from], places_[to]); }

bool Fabric::blocked(NodeIndex from, NodeIndex to) const {
  if (!groups_.empty() && groups_[from] != groups_[to]) return true;
  return !one_way_.empty() && one_way_.contains({from, to});
}

SessionId Fabric::open(NodeIndex dialler, NodeIndex listener) {
  const SessionId id(next_session_++);
  auto connection = std::make_unique<Connection>();
  connection->ends[0] = dialler;
  connection->ends[1] = listener;
  ++dealings_of(*connection).opened;
  connections_.emplace(id, std::move(connection));
  return id;
}

void Fabric::send(SessionId id, NodeIndex from, Bytes bytes) {
  const auto it = connections_.find(id);
  if (it == connections_.end()) return;
  Connection& connection = *it->second;
  const int end = side(connection, from);
  if (!connection.open[end]) return;
  transmit(id, connection, end, {std::move(bytes), false, false});
}

void Fabric::close(SessionId id, NodeIndex from) {
  const auto it = connections_.find(id);
  if (it == connections_.end()) return;
  Connection& connection = *it->second;
  const int end = side(connection, from);
  if (!connection.open[end]) return;
  connection.open[end] = false;
  transmit(id, connection, end, {Bytes(), true, false});
  forget_if_closed(id);
}

void Fabric::transmit(SessionId id, Connection& connection, int from, Segment segment) {
  Pipe& pipe = connection.pipes[from];
  const NodeIndex sender = connection.ends[from];
  const NodeIndex receiver = connection.ends[1 - from];
  const std::size_t size = segment.bytes.size();
  if (blocked(sender, receiver) || !pipe.stalled.empty()) {
    counters_.add("segments stalled");
    note_late(connection, schedule_.now());
    pipe.stalled_unsent += size;
    segment.told = pipe.stalled_unsent <= kSocketBuffer;
    const bool told = segment.told;
    pipe.stalled.push_back(std::move(segment));
    if (told && size > 0) {
      schedule_.after(MonoTime(0), [this, sender, id, size] { endpoints_[sender]->on_sent(id, size); });
    }
    return;
  }
  const MonoTime flight = latency(sender, receiver);
  pipe.free_at = std::max(pipe.free_at, schedule_.now()) +
                 MonoTime(static_cast<std::int64_t>(static_cast<double>(size) / rules_.bandwidth * 1e9));
  MonoTime arrival = pipe.free_at + flight + chance_.exponential(flight / 20);
  const MonoTime timeout = std::max<MonoTime>(kLeastTimeout, 2 * flight);
  unsigned lost = 0;
  while (chance_.hit(rules_.loss)) {
    arrival += timeout * (1 << std::min(lost, 6U));
    counters_.add("segments lost");
    if (++lost > kRetransmissions) return reset(id);
  }
  if (chance_.hit(rules_.duplicate)) counters_.add("segments doubled");
  if (chance_.hit(rules_.reorder)) {
    arrival += chance_.exponential(flight);
    counters_.add("segments overtaken");
  }
  // The stream stays in order: a segment that overtakes others waits for them.
  pipe.last_arrival = arrival = std::max(arrival, pipe.last_arrival);
  if (arrival - schedule_.now() > kLate) note_late(connection, arrival);
  if (size > 0 && !segment.told)
    schedule_.at(pipe.free_at, [this, sender, id, size] { endpoints_[sender]->on_sent(id, size); });
  schedule_.at(arrival, [this, id, from, segment = std::move(segment)]() mutable {
    arrive(id, from, std::move(segment));
  });
}

void Fabric::note_late(const Connection& connection, MonoTime until) {
  MonoTime& late = dealings_of(connection).late_until;
  late = std::max(late, until);
}

void Fabric::arrive(SessionId id, int from, Segment segment) {
  const auto it = connections_.find(id);
  if (it == connections_.end()) return;
  Connection& connection = *it->second;
  if (!connection.open[1 - from]) {
    // The receiver is gone.
    if (!segment.last && connection.open[from]) {
      const MonoTime back = latency(connection.ends[1 - from], connection.ends[from]);
      schedule_.after(back, [this, id, from] { close_end(id, from); });
    }
    return;
  }
  connection.pipes[from].inbox.push_back(std::move(segment));
  pump_inbox(id, from);
}

void Fabric::pump_inbox(SessionId id, int from) {
  while (true) {
    const auto it = connections_.find(id);
    if (it == connections_.end() || !it->second->open[1 - from]) return;
    Connection& connection = *it->second;
    Pipe& pipe = connection.pipes[from];
    if (pipe.inbox.empty()) return;
    Endpoint& receiver = *endpoints_[connection.ends[1 - from]];
    if (!receiver.wants_bytes(id)) {
      note_late(connection, schedule_.now());
      if (std::exchange(pipe.polling, true)) return;
      schedule_.after(std::chrono::milliseconds(5), [this, id, from] {
        const auto again = connections_.find(id);
        if (again == connections_.end()) return;
        again->second->pipes[from].polling = false;
        pump_inbox(id, from);
      });
      return;
    }
    const Segment segment = std::move(pipe.inbox.front());
    pipe.inbox.pop_front();
    if (segment.last) return close_end(id, 1 - from);
    receiver.on_bytes(id, segment.bytes);
  }
}

void Fabric::close_end(SessionId id, int end) {
  const auto it = connections_.find(id);
  if (it == connections_.end() || !it->second->open[end]) return;
  it->second->open[end] = false;
  const NodeIndex node = it->second->ends[end];
  forget_if_closed(id);
  endpoints_[node]->on_closed(id);
}

void Fabric::forget_if_closed(SessionId id) {
  const auto it = connections_.find(id);
  if (it != connections_.end() && !it->second->open[0] && !it->second->open[1]) connections_.erase(it);
}

void Fabric::reset(SessionId id) {
  if (const auto it = connections_.find(id); it != connections_.end()) ++dealings_of(*it->second).cut;
  close_end(id, 0);
  close_end(id, 1);
}

void Fabric::drop_node(NodeIndex node, bool silent) {
  for (const SessionId id : open_sessions()) {
    const auto it = connections_.find(id);
    if (it == connections_.end()) continue;
    Connection& connection = *it->second;
    if (connection.ends[0] != node && connection.ends[1] != node) continue;
    ++dealings_of(connection).cut;
    const int end = side(connection, node);
    connection.open[end] = false;
    const int other = 1 - end;
    if (!silent && connection.open[other])
      schedule_.after(latency(node, connection.ends[other]), [this, id, other] { close_end(id, other); });
    forget_if_closed(id);
  }
}

std::vector<SessionId> Fabric::open_sessions() const {
  std::vector<SessionId> out;
  out.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) out.push_back(id);
  std::sort(out.begin(), out.end());
  return out;
}

bool Fabric::is_open(SessionId session, NodeIndex node) const {
  const auto it = connections_.find(session);
  if (it == connections_.end()) return false;
  const Connection& connection = *it->second;
  return (connection.ends[0] == node && connection.open[0]) ||
         (connection.ends[1] == node && connection.open[1]);
}

std::vector<SessionId> Fabric::between(NodeIndex a, NodeIndex b) const {
  std::vector<SessionId> out;
  for (const SessionId id : open_sessions()) {
    if (is_open(id, a) && is_open(id, b)) out.push_back(id);
  }
  return out;
}

Fabric::Dealings Fabric::dealings(NodeIndex a, NodeIndex b) const {
  const auto it = dealings_.find(std::minmax(a, b));
  return it == dealings_.end() ? Dealings() : it->second;
}

void Fabric::set_groups(std::vector<int> groups) {
  groups_ = std::move(groups);
  release_stalled();
}

void Fabric::set_one_way(NodeIndex from, NodeIndex to, bool blocked) {
  if (blocked) {
    one_way_.insert({from, to});
  } else if (one_way_.erase({from, to}) > 0) {
    release_stalled();
  }
}

void Fabric::release_stalled() {
  for (const SessionId id : open_sessions()) {
    const auto it = connections_.find(id);
    if (it == connections_.end()) continue;
    Connection& connection = *it->second;
    for (const int from : {0, 1}) {
      Pipe& pipe = connection.pipes[from];
      if (pipe.stalled.empty() || blocked(connection.ends[from], connection.ends[1 - from])) continue;
      auto segments = std::exchange(pipe.stalled, {});
      pipe.stalled_unsent = 0;
      pipe.free_at = schedule_.now() + chance_.exponential(std::chrono::seconds(2));
      for (Segment& segment : segments) {
        if (!connections_.contains(id)) break;
        transmit(id, connection, from, std::move(segment));
      }
    }
  }
}

}  // namespace koinon::sim
