#include "node/engine/body_requests.h"

#include "proto/base/limits.h"

namespace koinon::engine {

// --- asking ---

// The ready link to ask next: one whose peer is known to hold the entry before others, for a peer need not
// tell what it knows that we hold; then the one with the least under way.
Link* BodyRequests::holder_of(const Log& log, EntryIndex index, const MissingBody& body,
                              unsigned round) const {
  Link* best = nullptr;
  std::pair<bool, std::size_t> best_rank;
  for (const auto& [id, link] : links_.all()) {
    if (!link->ready || is_busy(*link)) continue;
    const auto tried = body.tried.find(id);
    if (tried != body.tried.end() && tried->second >= round) continue;
    const auto lies = body.false_haves.find(link->peer);
    if (lies != body.false_haves.end() && lies->second >= limits::kFalseHaves) continue;
    const std::pair rank{!holdings_.holds(*link, log.id(), index), link->bodies->planned};
    if (best != nullptr && best_rank <= rank) continue;
    best = link.get();
    best_rank = rank;
  }
  return best;
}

bool BodyRequests::ask(Log& log, unsigned round) {
  struct Plan {
    std::vector<EntryIndex> indexes;
    std::size_t bytes = 0;
    std::uint32_t hops = 0;
    bool full = false;
  };
  std::map<SessionId, Plan> plans;
  std::size_t open = 0;  // links whose next request has room
  for (const auto& [id, link] : links_.all()) {
    link->bodies->planned = link->bodies->asked.size();
    if (link->ready && !is_busy(*link)) ++open;
  }
  if (open == 0) return false;
  for (auto& [index, body] : log.bodies->missing) {
    const std::uint32_t hops = body.transit ? body.hops : std::max(effects_.config().trust_hops, 1U) - 1;
    if (body.asked || (round == 2 && hops == 0)) continue;
    Link* link = holder_of(log, index, body, round);
    if (link == nullptr) continue;
    Plan& plan = plans[link->id];
    if (plan.indexes.size() >= limits::kBodiesPerRequest ||
        (!plan.indexes.empty() && plan.bytes + body.size > limits::kBodyRequestBytes)) {
      if (!std::exchange(plan.full, true) && --open == 0) break;
      continue;
    }
    plan.indexes.push_back(index);
    plan.bytes += body.size;
    plan.hops = round == 1 ? 0 : std::max(plan.hops, hops);
    ++link->bodies->planned;
    body.asked = link->id;
    body.tried[link->id] = round;
  }
  for (const auto& [id, plan] : plans) send_get(*links_.find(id), log, plan.indexes, plan.hops);
  return !plans.empty();
}

void BodyRequests::send_get(Link& link, Log& log, const std::vector<EntryIndex>& indexes,
                            std::uint32_t hops) {
  const TurnTime now = links_.turn_time(link);
  v1::Frame frame;
  auto* request = frame.mutable_get_bodies();
  request->set_request_id(effects_.next_request());
  request->set_hops_left(std::min<std::uint32_t>(hops, limits::kHopsLeft));
  request->set_log_id(log.id().bytes());
  BodiesAsked asked{log.id(), {}, now, now};
  for (const EntryIndex index : indexes) {
    auto* body = request->add_bodies();
    body->set_index(index.value);
    body->set_digest(log.bodies->missing.at(index).digest.bytes());
    asked.open.insert(index);
  }
  link.bodies->asked.emplace(request->request_id(), std::move(asked));
  links_.send(link, frame);
}

// --- open requests ---

BodiesAsked* BodyRequests::find(Link& link, std::uint64_t request_id) const {
  const auto it = link.bodies->asked.find(request_id);
  return it == link.bodies->asked.end() ? nullptr : &it->second;
}

void BodyRequests::give_up(const LogId& log) {
  for (const SessionId id : links_.ids()) {
    Link* link = links_.find(id);
    std::vector<std::uint64_t> open;
    for (const auto& [request, asked] : link->bodies->asked) {
      if (asked.log == log) open.push_back(request);
    }
    for (const std::uint64_t request : open) {
      take(*link, request);
      links_.cancel(*link, request);
    }
  }
}

BodiesAsked BodyRequests::take(Link& link, std::uint64_t request_id) {
  return std::move(link.bodies->asked.extract(request_id).mapped());
}

bool BodyRequests::is_busy(const Link& link) const {
  return link.bodies->asked.size() >= limits::kBodyRequests;
}

bool BodyRequests::somebody_is_busy() const {
  return std::any_of(links_.all().begin(), links_.all().end(),
                     [this](const auto& entry) { return is_busy(*entry.second); });
}

bool BodyRequests::somebody_is_free() const {
  return std::any_of(links_.all().begin(), links_.all().end(),
                     [this](const auto& entry) { return entry.second->ready && !is_busy(*entry.second); });
}

// --- time ---

const char* BodyRequests::overdue(const Link& link) const {
  const TurnTime now = links_.turn_time(link);
  for (const auto& [request, asked] : link.bodies->asked) {
    if (now - asked.last_progress >= limits::kRequestDeadline) return "a GetBodies was not answered in time";
  }
  return nullptr;
}

std::vector<std::uint64_t> BodyRequests::slow(const Link& link) const {
  std::vector<std::uint64_t> out;
  for (const auto& [request, asked] : link.bodies->asked) {
    if (links_.turn_time(link) - asked.begun >= limits::kBodiesDeadline) out.push_back(request);
  }
  return out;
}

MonoTime BodyRequests::next_timer(const Link& link) const {
  MonoTime next = MonoTime::max();
  for (const auto& [request, asked] : link.bodies->asked) {
    const TurnTime due = std::min<TurnTime>(asked.last_progress + limits::kRequestDeadline,
                                            asked.begun + limits::kBodiesDeadline);
    next = std::min(next, links_.when(link, due));
  }
  return next;
}

}  // namespace koinon::engine
