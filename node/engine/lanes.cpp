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
  lane.last_progress = now;
  lane.pace = Pace(now, link.answered);
  fetch.next = lane.to;
  // Nothing is due of this one before.
  link.fetch->due =
      std::min<MonoTime>(link.fetch->due, now + std::min(limits::kPacePeriod, limits::kRequestDeadline));
  link.fetch->comes.insert(log.id());
  return fetch.lanes.insert_or_assign(link.id, lane).first->second;
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

void Lanes::note_verified(Log& log) {
  if (!log.fetch->current) return;
  Fetch& fetch = *log.fetch->current;
  if (fetch.verified.empty()) {
    fetch.held_up_since.reset();
  } else if (!fetch.held_up_since) {
    fetch.held_up_since = effects_.now().mono;
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

// For our store, or, its credit being used up, for what another link is to bring before.
bool Lanes::waits_for_us(const Link& link) const { return store_.has_failed() || !link.may_answer_since; }

bool Lanes::is_overdue(const Link& link, const Lane& lane) const {
  const auto since = links_.silent_since(link, lane.last_progress);
  return since && effects_.now().mono - *since >= limits::kRequestDeadline;
}

const char* Lanes::overdue(const Link& link) const {
  if (effects_.now().mono < link.fetch->due || waits_for_us(link)) return nullptr;
  const bool late = std::any_of(link.fetch->gets.begin(), link.fetch->gets.end(),
                                [&](const auto& get) { return is_overdue(link, lane_of(link, get.second)); });
  return late ? "a Get was not answered in time" : nullptr;
}

std::vector<LogId> Lanes::trickling(Link& link) {
  std::vector<LogId> out;
  for (const auto& [request, id] : link.fetch->gets) {
    Lane& lane = lane_of(link, id);
    if (waits_for_us(link)) lane.last_progress = effects_.now().mono;
    if (trickles(link, lane, id)) out.push_back(id);
  }
  return out;
}

// For a whole period others have brought what waits for this part.
bool Lanes::holds_up(const Lane& lane, const LogId& log) const {
  const Fetch& fetch = *logs_.at(log).fetch->current;
  if (!fetch.held_up_since || effects_.now().mono - *fetch.held_up_since < limits::kPacePeriod) return false;
  return std::none_of(fetch.lanes.begin(), fetch.lanes.end(),
                      [&](const auto& other) { return other.second.to < lane.to; });
}

bool Lanes::trickles(const Link& link, Lane& lane, const LogId& log) const {
  const MonoTime now = effects_.now().mono;
  if (now < lane.pace.due()) return false;
  if (waits_for_us(link) || now - *link.may_answer_since < limits::kPacePeriod) {
    lane.pace.excuse(now, link.answered);
    return false;
  }
  return holds_up(lane, log) || lane.pace.trickles(now, link.answered, link.fetch->gets.size());
}

MonoTime Lanes::next_of_gets(const Link& link) const {
  MonoTime due = MonoTime::max();
  for (const auto& [request, id] : link.fetch->gets) {
    const Lane& lane = lane_of(link, id);
    due = std::min(due, lane.pace.due());
    // Who waits for us is looked at again, and is not late then.
    const MonoTime since = links_.silent_since(link, lane.last_progress).value_or(effects_.now().mono);
    if (!store_.has_failed()) due = std::min<MonoTime>(due, since + limits::kRequestDeadline);
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
    if (link->fetch->due > next_of_gets(*link)) return "gets due";
    comes.erase(id);
  }
  return comes.empty() ? "" : "a fetch from a link that is gone";
}

}  // namespace koinon::engine
