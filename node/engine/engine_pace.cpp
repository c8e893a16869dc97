// The pace of what was asked for. A Get that brings next to nothing is cancelled, and its log is asked of
// another peer; only where nobody else offers it, of the same one again, behind what else waits there. Nobody
// is shunned for being slow: others merely come first for a while.
#include <algorithm>
#include <utility>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {

// Of the offers that go beyond what is held: the largest, of peers that are not slow if there is one. Nothing
// if there is none. The pointer is good until the log's offers change.
const Engine::Offer* Engine::best_offer(Now now, const Log& log) const {
  const Offer* best = nullptr;
  std::pair<bool, TreeSize> best_rank;
  for (const auto& [id, offer] : log.offers) {
    const auto session = sessions_.find(id);
    if (session == sessions_.end() || offer.head.size <= log.state.range.size()) continue;
    const Conduct* known = conduct(session->second->peer);
    const std::pair rank{known == nullptr || !known->is_slow(now.mono), offer.head.size};
    if (best != nullptr && rank <= best_rank) continue;
    best = &offer;
    best_rank = rank;
  }
  return best;
}

void Engine::check_pace(Now now, Session& session) {
  std::vector<LogId> slow;
  for (const auto& [request, id] : session.gets) {
    if (trickles(now, session, *logs_.at(id)->fetch)) slow.push_back(id);
  }
  if (slow.empty()) return;
  if (note_slow(now, session.peer))
    notice(session.peer, "a log came too slowly; for a while others are asked first");
  // What waits for its turn there may be had elsewhere as well.
  const std::deque<LogId> waiting = take_queue(session);
  for (const LogId& id : slow) abandon_fetch(now, *logs_.at(id), false);
  for (const LogId& id : waiting) schedule_fetch(now, id);
  for (const LogId& id : slow) schedule_fetch(now, id);
}

// Whether a Get brought next to nothing in a whole period. Where its peer sends more in all, a part of the
// Get's share of that is enough: many Gets may share a slow line.
bool Engine::trickles(Now now, const Session& session, Fetch& fetch) const {
  if (now.mono < fetch.pace_at) return false;
  // The peer may wait for us: for credit, while our store is slow.
  if (store_failed_ || session.lent < std::min(limits::kFrameBytes, config_.window / 2)) {
    fetch.pace_at = now.mono + limits::kBusyRetry;
    return false;
  }
  const std::uint64_t all = session.answered - fetch.answered_before;
  const std::uint64_t share = all / (limits::kPaceShare * session.gets.size());
  const std::uint64_t least =
      all < limits::kPaceBytes ? limits::kPaceBytes : std::min<std::uint64_t>(limits::kPaceBytes, share);
  const bool slow = fetch.bytes < least;
  fetch.pace_at = now.mono + limits::kPacePeriod;
  fetch.bytes = 0;
  fetch.answered_before = session.answered;
  return slow;
}

// A pause is longer each time, up to a limit, and outlasts the session. False if one runs already.
bool Engine::note_slow(Now now, const NodeKey& peer) {
  Conduct& conduct = conduct_[peer];
  if (conduct.is_slow(now.mono)) return false;
  if (now.mono - conduct.slow_until > limits::kSlowForgotten) conduct.slow = 0;
  const MonoTime pause = limits::kSlowPause * (std::int64_t{1} << std::min(conduct.slow++, 8U));
  conduct.slow_until = now.mono + std::min<MonoTime>(pause, limits::kSlowPauseMax);
  return true;
}

// Ends a request of ours before its answer is whole. What still comes of it is ignored.
void Engine::cancel(Now now, Session& session, std::uint64_t request_id) {
  session.given_up.emplace(request_id, now.mono);
  v1::Frame frame;
  frame.mutable_cancel()->set_request_id(request_id);
  send(session, frame);
}

// A frame of an answer that we cancelled. With the last one its place is free.
void Engine::late_answer(Now now, Session& session, std::uint64_t request_id, bool last) {
  if (!last) return;
  session.given_up.erase(request_id);
  start_fetches(now, session);
}

// Whether so many requests that we cancelled are still open that few places are left. A peer that does not
// know Cancel answers to the end.
bool Engine::has_unended(Now now, const Session& session) const {
  const auto old = std::count_if(session.given_up.begin(), session.given_up.end(), [&](const auto& one) {
    return now.mono - one.second >= limits::kRequestDeadline;
  });
  return static_cast<std::size_t>(old) >= limits::kOpenRequests / 4;
}

}  // namespace koinon
