#include "tools/sim/heads_seen.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

// A commit is known to the engine a little later, and an answer is on its way for some time.
constexpr std::chrono::seconds kUnderWay{5};
constexpr std::chrono::minutes kFollowsSurely{2};  // so long after a greeting the peer is known to be reached

}  // namespace

std::optional<v1::Seen> told_of_yours(const v1::Frame& frame) {
  if (frame.has_seen()) return frame.seen();
  if (!frame.has_hello()) return std::nullopt;
  return frame.hello().seen_of_yours();
}

void HeadsSeen::add(std::vector<Step>& steps, MonoTime at, std::uint64_t size) {
  if (steps.empty() || steps.back().size < size) steps.push_back({at, size});
}

void HeadsSeen::taken_back(const LogId& log) {
  ++recoveries_[log];
  for (auto* all : {&seen_, &whole_}) {
    for (auto& [node, steps] : *all) steps.erase(log);
  }
}

void HeadsSeen::stored(const SimNode& node, const LogId& log, std::uint64_t recoveries, TreeSize size,
                       bool whole) {
  const auto current = recoveries_.find(log);
  if (current != recoveries_.end() && recoveries < current->second) return;
  add(seen_[node.index()][log], schedule_.now(), size.value);
  if (whole) add(whole_[node.index()][log], schedule_.now(), size.value);
}

void HeadsSeen::began(SimNode& node) {
  began_[node.index()] = schedule_.now();
  if (node.liar() == nullptr) {
    seen_[node.index()].clear();
    whole_[node.index()].clear();
  }
  const auto state = node.store().load_state();
  if (!state.ok()) return;
  for (const LogState& log : state->logs) {
    if (log.whole) stored(node, log.id, log.keys.recoveries(), log.whole->size, true);
    if (log.seen) stored(node, log.id, log.keys.recoveries(), log.seen->size, false);
  }
  for (const SeenHead& seen : state->seen_heads)
    stored(node, seen.log, seen.recoveries, seen.head.size, false);
}

std::uint64_t HeadsSeen::before(const std::map<NodeIndex, Steps>& of, const SimNode& node, const LogId& log,
                                MonoTime time) {
  const auto steps = of.find(node.index());
  if (steps == of.end()) return 0;
  const auto known = steps->second.find(log);
  std::uint64_t size = 0;
  if (known == steps->second.end()) return 0;
  for (const Step& step : known->second) {
    if (step.at <= time) size = step.size;
  }
  return size;
}

std::uint64_t HeadsSeen::seen(const SimNode& node, const LogId& log) const {
  return before(seen_, node, log, schedule_.now());
}
std::uint64_t HeadsSeen::seen_before(const SimNode& node, const LogId& log, MonoTime time) const {
  return before(seen_, node, log, time);
}

// The largest head that a peer held when it greeted `from`, which has had no time to pass the peer over.
std::uint64_t HeadsSeen::followed(SimNode& from, const SimNode& to) const {
  const auto began = began_.find(from.index());
  if (began == began_.end() || schedule_.now() - began->second >= limits::kFollowWait) return 0;
  if (from.blocked().contains(to.log())) return 0;
  std::uint64_t size = 0;
  for (SimNode* peer : from.peers()) {
    if (peer == &to || peer->liar() != nullptr) continue;
    const auto greeted = greeted_.find({peer->node_key(), from.node_key()});
    if (greeted == greeted_.end() || greeted->second < began->second ||
        schedule_.now() - greeted->second < kFollowsSurely || !from.connected_to(*peer) ||
        peer->blocked().contains(to.log())) {
      continue;
    }
    size = std::max(size, before(whole_, *peer, to.log(), greeted->second - kUnderWay));
  }
  return size;
}

void HeadsSeen::sent(SimNode& from, SessionId session, const v1::Frame& frame, SimNode* to) {
  const auto told = told_of_yours(frame);
  if (!told) return;
  const NodeKey key = from.peer_of(session);
  if (frame.has_hello()) greeted_[{from.node_key(), key}] = schedule_.now();
  if (to == nullptr) return;
  Answered answer;
  answer.caught_up = told->caught_up();
  answer.honest = from.liar() == nullptr;
  if (answer.honest) {
    answer.seen = seen_before(from, to->log(), schedule_.now() - kUnderWay);
    if (answer.caught_up) answer.followed = followed(from, *to);
  }
  Stream& stream = streams_[{session, from.node_key()}];
  stream.under_way.emplace_back(stream.sent, answer);
}

void HeadsSeen::sent_bytes(const SimNode& from, SessionId session, std::uint64_t bytes) {
  streams_[{session, from.node_key()}].sent += bytes;
}

void HeadsSeen::sent_by_liar(SimNode& from, SessionId session, BytesView bytes, SimNode* to) {
  FrameReader& reader = streams_[{session, from.node_key()}].reader;
  reader.feed(bytes);
  while (true) {
    const auto frame = reader.next();
    if (!frame.ok() || !*frame) break;
    sent(from, session, **frame, to);
  }
  sent_bytes(from, session, bytes.size());
}

void HeadsSeen::received(const SimNode& to, SessionId session, std::uint64_t bytes) {
  Stream& stream = streams_[{session, to.peer_of(session)}];
  stream.received += bytes;
  std::erase_if(stream.under_way, [&](const auto& one) {
    if (stream.received <= one.first) return false;
    auto& known = answers_[to.index()];
    const auto before = known.find(to.peer_of(session));
    Answered answer = one.second;
    answer.first_at = before == known.end() ? schedule_.now() : before->second.first_at;
    answer.caught_up = answer.caught_up || (before != known.end() && before->second.caught_up);
    known.insert_or_assign(to.peer_of(session), answer);
    return true;
  });
}

}  // namespace koinon::sim
