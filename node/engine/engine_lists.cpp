// Which logs something is due of. The lists follow from the state of each log, so that no input walks all
// logs that are known: whoever changes what a list depends on files the log anew.
#include <utility>

#include "node/engine/engine_log.h"

namespace koinon {

Engine::Due Engine::due_of(const LogId& id) const {
  const auto it = logs_.find(id);
  const Log* log = it == logs_.end() ? nullptr : it->second.get();
  const bool own = id == own_log_;
  const bool admitted = trust_.admits(id);
  Due due;
  // Policy admits logs of which nothing has come yet, not even their identity.
  due.whole = admitted && (log == nullptr || !log->state.whole);
  if (log == nullptr) return due;
  due.frozen = log->state.frozen;
  due.unread = log->unread && admitted && !own && log->state.range.size().value > 0;
  due.lacking = !log->missing.empty();
  due.waiting = due.lacking && (!log->retry_bodies_at || log->waits_for_busy);
  due.filter = log->filter_number != filter_number_ && !log->filtering && !own;
  return due;
}

void Engine::refile(const LogId& id) {
  const Due due = due_of(id);
  const auto put = [&](std::set<LogId>& list, bool belongs) {
    if (belongs) {
      list.insert(id);
    } else {
      list.erase(id);
    }
  };
  put(not_whole_, due.whole);
  put(frozen_, due.frozen);
  put(unread_, due.unread);
  put(lacking_, due.lacking);
  put(waiting_, due.waiting);
  put(unfiltered_, due.filter);
  const auto it = logs_.find(id);
  if (it == logs_.end()) return;
  Log& log = *it->second;
  bodies_missing_ -= std::exchange(log.counted, log.missing_for_us);
  bodies_missing_ += log.counted;
  if (!due.lacking) set_body_retry(log, std::nullopt);
}

void Engine::set_body_retry(Log& log, std::optional<MonoTime> at) {
  if (log.retry_bodies_at) retries_.erase({*log.retry_bodies_at, log.state.id});
  log.retry_bodies_at = at;
  if (at) retries_.emplace(*at, log.state.id);
  if (log.missing.empty() || (at && !log.waits_for_busy)) {
    waiting_.erase(log.state.id);
  } else {
    waiting_.insert(log.state.id);
  }
}

// --- by session ---

void Engine::file_source(const Log& log, SessionId id) {
  Session* session = find(id);
  if (session == nullptr) return;
  if (log.offers.contains(id) || (log.fetch && log.fetch->source == id)) {
    session->gives.insert(log.state.id);
  } else {
    session->gives.erase(log.state.id);
  }
}

// Heads are verified in any order, and some come outside the journal: a smaller one takes nothing back
// unless a later row says so. Whatever remains settles the latest row.
void Engine::keep_offer(Log& log, const Offer& offer) {
  const auto [it, first] = log.offers.try_emplace(offer.source, offer);
  if (!first) {
    Offer& kept = it->second;
    const JournalSeq row = std::max(kept.row, offer.row);
    if (offer.row > kept.row || offer.head.size >= kept.head.size) kept = offer;
    kept.row = row;
  }
  file_source(log, offer.source);
}

void Engine::drop_offer(Log& log, SessionId source) {
  log.offers.erase(source);
  file_source(log, source);
}

// Nobody's offers count any more: their rows are done.
void Engine::settle_offers(Now now, Log& log) {
  for (const auto& [source, offer] : std::exchange(log.offers, {})) {
    file_source(log, source);
    settle_row(now, source, log.state.id, offer.row);
  }
}

// --- for tests ---

std::string Engine::misfiled() const {
  std::set<LogId> ids;
  for (const auto& [id, log] : logs_) ids.insert(id);
  for (const auto& [id, path] : trust_.admitted()) ids.insert(id);
  for (const auto* list : {&not_whole_, &frozen_, &unread_, &lacking_, &waiting_, &unfiltered_})
    ids.insert(list->begin(), list->end());
  for (const LogId& id : ids) {
    const Due due = due_of(id);
    if (due.whole != not_whole_.contains(id)) return "not whole";
    if (due.frozen != frozen_.contains(id)) return "frozen";
    if (due.unread != unread_.contains(id)) return "unread";
    if (due.lacking != lacking_.contains(id)) return "lacking";
    if (due.waiting != waiting_.contains(id)) return "waiting";
    if (due.filter != unfiltered_.contains(id)) return "unfiltered";
  }
  std::size_t missing = 0;
  std::set<std::pair<MonoTime, LogId>> retries;
  std::set<std::pair<MonoTime, LogId>> resting;
  std::map<SessionId, std::set<LogId>> gives;
  std::set<SessionId> queued;
  for (const auto& [id, log] : logs_) {
    for (const auto& [index, body] : log->missing) missing += body.transit ? 0 : 1;
    if (log->retry_bodies_at) retries.emplace(*log->retry_bodies_at, id);
    if (log->rests_until) resting.emplace(*log->rests_until, id);
    for (const auto& [source, offer] : log->offers) gives[source].insert(id);
    if (log->fetch) gives[log->fetch->source].insert(id);
  }
  if (missing != bodies_missing_) return "bodies missing";
  if (retries != retries_) return "retries";
  if (resting != resting_) return "resting";
  for (const auto& [id, session] : sessions_) {
    if (session->gives != gives[id]) return "gives";
    for (const auto& [request, log] : session->gets) {
      const auto& fetch = logs_.at(log)->fetch;
      if (!fetch || fetch->source != id || fetch->request_id != request) return "gets";
    }
    if (session->gets_due > next_of_gets(*session)) return "gets due";
    if (!session->fetch_queue.empty()) queued.insert(id);
    const std::set<LogId> in_queue(session->fetch_queue.begin(), session->fetch_queue.end());
    if (in_queue != session->in_queue || in_queue.size() != session->fetch_queue.size()) return "in queue";
    gives.erase(id);
  }
  if (queued != queued_) return "queued";
  if (files_due_ > next_file_timer()) return "files due";
  return gives.empty() ? "" : "a session that is gone";
}

}  // namespace koinon
