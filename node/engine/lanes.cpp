#include "node/engine/lanes.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon::engine {

const Lane* Lanes::of(const Log& log, SessionId source) const {
  if (!log.fetch->current) return nullptr;
  const auto lane = log.fetch->current->lanes.find(source);
  return lane == log.fetch->current->lanes.end() ? nullptr : &lane->second;
}

Lane& Lanes::begin(Link& link, Log& log, std::uint64_t request_id) {
  const MonoTime now = effects_.now().mono;
  Fetch& fetch = *log.fetch->current;
  Lane lane;
  lane.request_id = request_id;
  lane.next = fetch.next;
  lane.to = EntryIndex(fetch.target.size.value);
  if (logs_.is_own(log.id()))
    lane.to.value = std::min(lane.to.value, lane.next.value + effects_.config().stripe);
  lane.last_progress = links_.turn_time(link);
  lane.pace = Pace(lane.last_progress, link.answered);
  fetch.next = lane.to;
  // Nothing is due of this one before.
  link.fetch->due =
      std::min<MonoTime>(link.fetch->due, now + std::min(limits::kPacePeriod, limits::kRequestDeadline));
  link.fetch->comes.insert(log.id());
  Lane& begun = fetch.lanes.insert_or_assign(link.id, lane).first->second;
  find_who_holds_up(fetch);
  return begun;
}

void Lanes::ask(Link& link, Log& log) {
  const Lane& lane = begin(link, log, effects_.next_request());
  const StoredHead& target = log.fetch->current->target;
  v1::Frame frame;
  auto* get = frame.mutable_get();
  get->set_request_id(lane.request_id);
  get->set_log_id(log.id().bytes());
  get->set_from(lane.next.value);
  get->set_to(lane.to.value);
  get->set_size(target.size.value);
  get->set_root(target.root.bytes());
  link.fetch->gets.emplace(lane.request_id, log.id());
  links_.send(link, frame);
}

void Lanes::end_stripe(Link& link, Log& log) {
  log.fetch->current->lanes.erase(link.id);
  link.fetch->comes.erase(log.id());
}

// Where something has come that waits for what is before it, that is the lane of the lowest part.
void Lanes::find_who_holds_up(Fetch& fetch) const {
  const auto lowest =
      std::min_element(fetch.lanes.begin(), fetch.lanes.end(),
                       [](const auto& a, const auto& b) { return a.second.to < b.second.to; });
  for (auto lane = fetch.lanes.begin(); lane != fetch.lanes.end(); ++lane) {
    std::optional<TurnTime>& since = lane->second.holds_up_since;
    const Link* link = links_.find(lane->first);
    if (lane != lowest || fetch.verified.empty() || link == nullptr) {
      since.reset();
    } else if (!since) {
      since = links_.turn_time(*link);
    }
  }
}

void Lanes::note_progress(Log& log) {
  for (auto& [source, lane] : log.fetch->current->lanes) {
    if (const Link* link = links_.find(source); link != nullptr) lane.last_progress = links_.turn_time(*link);
  }
}

void Lanes::end_all(const LogId& log, const Fetch& ended) {
  for (const auto& [source, lane] : ended.lanes) {
    Link* link = links_.find(source);
    if (link == nullptr) continue;
    link->fetch->comes.erase(log);
    if (link->fetch->gets.erase(lane.request_id) > 0) links_.cancel(*link, lane.request_id);
  }
}

// --- whether the answers come ---

const char* Lanes::overdue(const Link& link) const {
  if (effects_.now().mono < link.fetch->due || store_.has_failed()) return nullptr;
  const TurnTime now = links_.turn_time(link);
  const bool late = std::any_of(link.fetch->gets.begin(), link.fetch->gets.end(), [&](const auto& get) {
    return now - lane_of(link, get.second).last_progress >= limits::kRequestDeadline;
  });
  return late ? "a Get was not answered in time" : nullptr;
}

std::vector<LogId> Lanes::trickling(Link& link) {
  std::vector<LogId> out;
  for (const auto& [request, id] : link.fetch->gets) {
    Lane& lane = lane_of(link, id);
    if (store_.has_failed()) lane.last_progress = links_.turn_time(link);
    if (trickles(link, lane)) out.push_back(id);
  }
  return out;
}

// It brought next to nothing, or for a whole period others have brought what waits for it.
bool Lanes::trickles(const Link& link, Lane& lane) const {
  const TurnTime now = links_.turn_time(link);
  if (now < lane.pace.due()) return false;
  if (store_.has_failed()) {
    lane.pace.excuse(now, link.answered);
    return false;
  }
  const bool holds_up = lane.holds_up_since && now - *lane.holds_up_since >= limits::kPacePeriod;
  return lane.pace.trickles(now, link.answered, link.fetch->gets.size()) || holds_up;
}

MonoTime Lanes::next_of_gets(const Link& link) const {
  MonoTime due = MonoTime::max();
  for (const auto& [request, id] : link.fetch->gets) {
    const Lane& lane = lane_of(link, id);
    due = std::min(due, links_.when(link, lane.pace.due()));
    if (!store_.has_failed())
      due = std::min(due, links_.when(link, lane.last_progress + limits::kRequestDeadline));
  }
  return due;
}

void Lanes::count_again() {
  for (const auto& [id, link] : links_.all()) link->fetch->due = effects_.now().mono;
}

std::string Lanes::wrong_list() const {
  std::map<SessionId, std::set<LogId>> comes;
  for (const auto& [id, log] : logs_.all()) {
    if (!log->fetch->current) continue;
    for (const auto& [source, lane] : log->fetch->current->lanes) comes[source].insert(id);
  }
  for (const auto& [id, link] : links_.all()) {
    if (link->fetch->comes != comes[id]) return "comes";
    for (const auto& [request, log] : link->fetch->gets) {
      const Lane* lane = of(logs_.at(log), id);
      if (lane == nullptr || lane->request_id != request) return "gets";
    }
    if (link->fetch->due - limits::kBusyRetry > next_of_gets(*link)) return "gets due";
    comes.erase(id);
  }
  return comes.empty() ? "" : "a fetch from a link that is gone";
}

}  // namespace koinon::engine
