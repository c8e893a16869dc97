#include "node/engine/missing_bodies.h"

#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon::engine {
namespace {

constexpr std::size_t kNamed = 20;  // entries that a line of the log names

}  // namespace

// --- changes ---

void MissingBodies::add(Log& log, EntryIndex index, BytesView entry_bytes, MissingBody body) {
  const auto entry = parse_entry(entry_bytes);
  if (!entry.ok() || entry->body_digest().size() != Hash::kSize || entry->body_size() > limits::kBodyBytes)
    return;
  body.digest = Hash::from(entry->body_digest());
  body.size = entry->body_size();
  const bool for_us = !body.transit;
  if (log.bodies->missing.emplace(index, std::move(body)).second && for_us) ++log.bodies->missing_for_us;
}

void MissingBodies::add_not_held(Log& log, const std::vector<std::pair<EntryIndex, Bytes>>& entries,
                                 SessionId source) {
  LogBodies& bodies = *log.bodies;
  for (const auto& [index, entry] : entries) {
    if (is_full(log)) {
      bodies.unread = true;
      bodies.outdated = bodies.reading_unheld;  // the run may have come after what is being read
      return;
    }
    MissingBody body;
    body.tried[source] = 1;
    add(log, index, entry, std::move(body));
  }
}

MissingBody* MissingBodies::find(Log& log, EntryIndex index) const {
  const auto it = log.bodies->missing.find(index);
  return it == log.bodies->missing.end() ? nullptr : &it->second;
}

void MissingBodies::remove(Log& log, EntryIndex index) {
  LogBodies& bodies = *log.bodies;
  if (const auto it = bodies.missing.find(index); it != bodies.missing.end()) {
    if (!it->second.transit) --bodies.missing_for_us;
    bodies.missing.erase(it);
  } else if (bodies.aside > 1 && index < bodies.read_from) {
    --bodies.aside;  // perhaps it was none of them: what is counted is never too much
  }
  bodies.outdated = bodies.outdated || (bodies.reading_unheld && index >= bodies.read_from);
}

void MissingBodies::forget_transit(Log& log) {
  std::erase_if(log.bodies->missing, [](const auto& entry) { return entry.second.transit; });
  relist(log.id());
}

void MissingBodies::forget_all(Log& log) {
  log.bodies->missing.clear();
  log.bodies->missing_for_us = 0;
  log.bodies->aside = 0;
  relist(log.id());
}

void MissingBodies::read_again(Log& log) {
  log.bodies->unread = true;
  log.bodies->read_from = EntryIndex(0);
  log.bodies->aside = 0;
  log.bodies->outdated = log.bodies->reading_unheld;
  relist(log.id());
}

void MissingBodies::set_aside(Log& log) {
  log.bodies->aside += make_room(log);
  relist(log.id());
}

// How many of what went this pass has been at already; it comes to the others still.
std::size_t MissingBodies::make_room(Log& log) {
  LogBodies& bodies = *log.bodies;
  std::size_t kept = 0;
  std::size_t passed = 0;
  std::erase_if(bodies.missing, [&](const auto& entry) {
    const auto& [index, body] = entry;
    if (body.transit || body.asked || kept < kNamed) {
      kept += body.transit ? 0 : 1;
      return false;
    }
    --bodies.missing_for_us;
    passed += index < bodies.read_from ? 1 : 0;
    return true;
  });
  return passed;
}

void MissingBodies::begin_retry(Log& log) {
  set_retry(log, std::nullopt);
  // A pass that is under way first comes to its end: else those at the end would never be asked for.
  if (log.bodies->aside > 0 && !log.bodies->unread) {
    (void)make_room(log);
    read_again(log);
  }
  for (auto& [index, body] : log.bodies->missing) body.tried.clear();
}

void MissingBodies::set_retry(Log& log, std::optional<MonoTime> at) {
  LogBodies& bodies = *log.bodies;
  if (bodies.retry_at) retries_.erase({*bodies.retry_at, log.id()});
  bodies.retry_at = at;
  if (at) retries_.emplace(*at, log.id());
  if (!lacks(log) || (at && !bodies.waits_for_busy)) {
    waiting_.erase(log.id());
  } else {
    waiting_.insert(log.id());
  }
}

bool MissingBodies::is_full(const Log& log) const {
  return log.bodies->missing.size() >= limits::kMissingBodies;
}

bool MissingBodies::lacks(const Log& log) const {
  return !log.bodies->missing.empty() || log.bodies->aside > 0;
}

bool MissingBodies::is_asked(const Log& log) const {
  return std::any_of(log.bodies->missing.begin(), log.bodies->missing.end(),
                     [](const auto& entry) { return entry.second.asked.has_value(); });
}

std::string MissingBodies::lost_text(const Log& log) const {
  const LogBodies& bodies = *log.bodies;
  std::string which;
  std::size_t named = 0;
  for (const auto& [index, body] : bodies.missing) {
    if (named == kNamed) break;
    ++named;
    which += (which.empty() ? "" : ", ") + std::to_string(index.value);
  }
  const bool exact = !bodies.unread && bodies.aside == 0;
  const bool all = exact && named == bodies.missing.size();
  return std::string(exact ? "" : "at least ") + std::to_string(bodies.missing.size() + bodies.aside) +
         " texts of our own log are neither here nor with a peer that is connected, and are asked for until "
         "they come: entries " +
         which + (all ? "" : " and others") + "; koinon explain " + log.state().identity().name +
         "/NUMBER says who was asked";
}

// --- lists ---

MissingBodies::Due MissingBodies::due_of(const LogId& id) const {
  const Log* log = logs_.find(id);
  Due due;
  if (log == nullptr) return due;
  const LogBodies& bodies = *log->bodies;
  due.unread = bodies.unread && logs_.admits(id) && log->held().value > 0;
  due.lacking = lacks(*log);
  due.waiting = due.lacking && (!bodies.retry_at || bodies.waits_for_busy);
  return due;
}

void MissingBodies::relist(const LogId& id) {
  const Due due = due_of(id);
  const auto put = [&](std::set<LogId>& list, bool belongs) {
    if (belongs) {
      list.insert(id);
    } else {
      list.erase(id);
    }
  };
  put(unread_, due.unread);
  put(lacking_, due.lacking);
  put(waiting_, due.waiting);
  Log* log = logs_.find(id);
  if (log == nullptr) return;
  count_ -= std::exchange(log->bodies->counted, log->bodies->missing_for_us + log->bodies->aside);
  count_ += log->bodies->counted;
  if (!due.lacking) set_retry(*log, std::nullopt);
}

std::string MissingBodies::wrong_list() const {
  std::set<LogId> ids;
  std::size_t missing = 0;
  std::set<std::pair<MonoTime, LogId>> retries;
  for (const auto& [id, log] : logs_.all()) {
    ids.insert(id);
    for (const auto& [index, body] : log->bodies->missing) missing += body.transit ? 0 : 1;
    missing += log->bodies->aside;
    if (log->bodies->retry_at) retries.emplace(*log->bodies->retry_at, id);
  }
  for (const auto* list : {&unread_, &lacking_, &waiting_}) ids.insert(list->begin(), list->end());
  for (const LogId& id : ids) {
    const Due due = due_of(id);
    if (due.unread != unread_.contains(id)) return "unread";
    if (due.lacking != lacking_.contains(id)) return "lacking";
    if (due.waiting != waiting_.contains(id)) return "waiting";
  }
  if (missing != count_) return "bodies missing";
  return retries == retries_ ? "" : "retries";
}

}  // namespace koinon::engine
