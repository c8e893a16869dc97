// Bodies that are missing, and where to get them: from any peer, several at once; where none has one, through
// peers that look further. What a peer asks us to look for we hold in transit, for it alone.
#include <algorithm>
#include <utility>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {

void Engine::look_for_bodies(Now now, const LogId& id) {
  const auto it = logs_.find(id);
  if (it == logs_.end() || !takes_bodies(*it->second)) return;
  read_unheld(*it->second);
  if (!it->second->missing.empty()) ask_for_bodies(now, *it->second);
}

// A log is looked at once the filter has passed over it, its rest is over, or its removal.
bool Engine::takes_bodies(const Log& log) const {
  return log.state.id != own_log_ && trust_.admits(log.state.id) && !log.filtering && !log.rests_until &&
         !log.removing;
}

void Engine::read_unheld(Log& log) {
  const bool more = log.unread && !log.reading_unheld && log.missing.size() < limits::kMissingBodies &&
                    log.state.range.size().value > 0;
  if (!more) return;
  log.reading_unheld = true;
  log.outdated = false;
  issue(ReadUnheld{log.state.id, log.read_from, limits::kMissingPerRead},
        [this, id = log.state.id](Now then, const Result<Answer>& answer) {
          logs_.at(id)->reading_unheld = false;
          if (answer.ok()) on_unheld(then, id, std::get<std::vector<StoredRecord>>(*answer));
        });
}

void Engine::on_unheld(Now now, const LogId& id, const std::vector<StoredRecord>& records) {
  Log& log = *logs_.at(id);
  // Among them may be what was erased since: it would be looked for, and whoever says so taken for a liar.
  if (log.outdated) return look_for_bodies(now, id);
  for (const StoredRecord& record : records) {
    log.read_from = EntryIndex(record.index.value + 1);
    add_missing(log, record.index, record.entry, MissingBody());
  }
  if (records.size() < limits::kMissingPerRead) log.unread = false;
  refile(id);
  look_for_bodies(now, id);
}

// `body` says for whom and how far; digest and size are read from the entry. The caller refiles the log.
void Engine::add_missing(Log& log, EntryIndex index, BytesView entry_bytes, MissingBody body) {
  const auto entry = parse_entry(entry_bytes);
  if (!entry.ok() || entry->body_digest().size() != Hash::kSize || entry->body_size() > limits::kBodyBytes)
    return;
  body.digest = Hash::from(entry->body_digest());
  body.size = entry->body_size();
  log.add_missing(index, std::move(body));
}

// --- asking ---

void Engine::ask_for_bodies(Now now, Log& log) {
  if (store_failed_ || log.state.frozen) return;
  log.asked_in_vain = false;
  for (const unsigned round : {1U, 2U}) {
    if (ask_round(now, log, round)) return;
  }
  log.asked_in_vain = true;
  const bool asked = log.awaits_bodies();
  // Somebody is busy with other requests, and will be asked after them.
  const bool busy = std::any_of(sessions_.begin(), sessions_.end(), [](const auto& entry) {
    return entry.second->bodies_asked.size() >= limits::kBodyRequests;
  });
  log.waits_for_busy = busy;
  refile(log.state.id);
  if (asked || busy) return;
  // Nobody has them. What was for peers is given up; ours are asked for again after a while.
  log.forget_transit();
  refile(log.state.id);
  if (log.missing.empty() || log.retry_bodies_at) return;
  const auto wait = limits::kBodyRetry * (std::int64_t{1} << std::min(log.body_retries++, 8U));
  set_body_retry(log, now.mono + std::min<MonoTime>(wait, limits::kBodyRetryMax));
}

// The ready session to ask next: one that is known to hold the entry before others, for a peer need not tell
// what it knows that we hold; then the one with the least under way.
Session* Engine::holder_of(const Log& log, EntryIndex index, const MissingBody& body, unsigned round) {
  Session* best = nullptr;
  std::pair<bool, std::size_t> best_rank;
  for (auto& [id, session] : sessions_) {
    if (!session->hello_received || session->bodies_asked.size() >= limits::kBodyRequests) continue;
    const auto tried = body.tried.find(id);
    if (tried != body.tried.end() && tried->second >= round) continue;
    const auto lies = body.false_haves.find(session->peer);
    if (lies != body.false_haves.end() && lies->second >= limits::kFalseHaves) continue;
    const auto known = session->known.find(log.state.id);
    const bool holds = known != session->known.end() && known->second.value > index.value;
    const std::pair rank{!holds, session->bodies_planned};
    if (best != nullptr && best_rank <= rank) continue;
    best = session.get();
    best_rank = rank;
  }
  return best;
}

// Round 1 asks for what a peer holds itself, round 2 lets it look further. True if something was asked.
bool Engine::ask_round(Now now, Log& log, unsigned round) {
  struct Plan {
    std::vector<EntryIndex> indexes;
    std::size_t bytes = 0;
    std::uint32_t hops = 0;
    bool full = false;
  };
  std::map<SessionId, Plan> plans;
  std::size_t open = 0;  // sessions whose next request has room
  for (auto& [id, session] : sessions_) {
    session->bodies_planned = session->bodies_asked.size();
    if (session->hello_received && session->bodies_asked.size() < limits::kBodyRequests) ++open;
  }
  if (open == 0) return false;
  for (auto& [index, body] : log.missing) {
    const std::uint32_t hops = body.transit ? body.hops : std::max(config_.trust_hops, 1U) - 1;
    if (body.asked || (round == 2 && hops == 0)) continue;
    Session* session = holder_of(log, index, body, round);
    if (session == nullptr) continue;
    Plan& plan = plans[session->id];
    if (plan.indexes.size() >= limits::kBodiesPerRequest ||
        (!plan.indexes.empty() && plan.bytes + body.size > limits::kBodyRequestBytes)) {
      if (!std::exchange(plan.full, true) && --open == 0) break;
      continue;
    }
    plan.indexes.push_back(index);
    plan.bytes += body.size;
    plan.hops = round == 1 ? 0 : std::max(plan.hops, hops);
    ++session->bodies_planned;
    body.asked = session->id;
    body.tried[session->id] = round;
  }
  for (const auto& [id, plan] : plans) send_get_bodies(now, *find(id), log, plan.indexes, plan.hops);
  return !plans.empty();
}

void Engine::send_get_bodies(Now now, Session& session, Log& log, const std::vector<EntryIndex>& indexes,
                             std::uint32_t hops) {
  v1::Frame frame;
  auto* request = frame.mutable_get_bodies();
  request->set_request_id(next_request_++);
  request->set_hops_left(std::min<std::uint32_t>(hops, limits::kHopsLeft));
  request->set_log_id(log.state.id.bytes());
  BodiesAsked asked{log.state.id, {}, now.mono, now.mono};
  for (const EntryIndex index : indexes) {
    auto* body = request->add_bodies();
    body->set_index(index.value);
    body->set_digest(log.missing.at(index).digest.bytes());
    asked.open.insert(index);
  }
  session.bodies_asked.emplace(request->request_id(), std::move(asked));
  send(session, frame);
}

// --- answers ---

void Engine::on_bodies(Now now, Session& session, v1::Bodies bodies, std::size_t size) {
  if (session.given_up.contains(bodies.request_id())) {
    return_credit(session, size);
    return late_answer(now, session, bodies.request_id(), bodies.last());
  }
  const auto it = session.bodies_asked.find(bodies.request_id());
  if (it == session.bodies_asked.end() || it->second.log.view() != bodies.log_id()) {
    return lie(now, session, fail(Code::kMalformed, "bodies came that were not asked for", "request_id"));
  }
  // An empty frame now and then would keep a request open for ever.
  if (bodies.bodies_size() == 0 && !bodies.last()) {
    return lie(now, session,
               fail(Code::kMalformed, "a frame of an answer brings nothing and is not the last", "bodies"));
  }
  BodiesAsked& asked = it->second;
  const LogId id = asked.log;
  Log& log = *logs_.at(id);
  asked.last_progress = now.mono;
  VerifyBodies check;
  for (auto& answer : *bodies.mutable_bodies()) {
    if (asked.open.erase(EntryIndex(answer.index())) == 0) {
      return lie(now, session, fail(Code::kMalformed, "a body came that was not asked for", "bodies.index"));
    }
    const Status taken = take_body(session, log, answer, check);
    if (!taken.ok()) return lie(now, session, taken.error());
  }
  if (asked.open.empty() != bodies.last()) {
    return lie(now, session, fail(Code::kMalformed, "the last frame does not end the answer", "last"));
  }
  const bool was_busy = session.bodies_asked.size() >= limits::kBodyRequests;
  if (bodies.last()) {
    session.bodies_asked.erase(it);
    log.asked_in_vain = false;  // what it had not may be asked for elsewhere
  }
  if (bodies.last() && was_busy) look_for_waiting_bodies(now);
  if (check.bodies.empty()) {
    return_credit(session, size);
    if (bodies.last()) look_for_bodies(now, id);
    return;
  }
  in_flight_ += size;
  VerifyBodies intent = check;
  issue(std::move(intent), [this, source = session.id, id, check = std::move(check), size](
                               Now then, const Result<Answer>& answer) mutable {
    on_bodies_verified(then, source, id, std::move(check), size, answer);
  });
}

Status Engine::take_body(Session& session, Log& log, v1::BodyAnswer& answer, VerifyBodies& check) {
  const EntryIndex index(answer.index());
  const auto missing = log.missing.find(index);
  if (missing == log.missing.end()) return {};  // it came from elsewhere, or is no longer wanted
  if (!answer.body().empty()) {
    check.bodies.push_back(
        {index, missing->second.digest, missing->second.size, std::move(*answer.mutable_body())});
    return {};
  }
  // A withdrawal that is here already would have erased it here, once all that was stored is known.
  const bool was_here = log.commits == 0 && answer.erased_by() < log.state.range.size().value;
  if (answer.mark() == v1::BODY_MARK_ERASED && (answer.erased_by() <= index.value || was_here)) {
    return fail(Code::kBadProof, "a body is said to be erased, and no withdrawal says so", "mark");
  }
  body_not_held(session, log, index);
  return {};
}

void Engine::body_not_held(Session& session, Log& log, EntryIndex index) {
  const auto missing = log.missing.find(index);
  if (missing == log.missing.end()) return;
  ++session.counts.bodies_not_held;
  if (missing->second.asked == session.id) missing->second.asked.reset();
  if (missing->second.announced.erase(session.id) > 0) ++missing->second.false_haves[session.peer];
}

void Engine::on_bodies_verified(Now now, SessionId source, const LogId& id, VerifyBodies check,
                                std::size_t size, const Result<Answer>& answer) {
  Log& log = *logs_.at(id);
  if (answer.ok()) {
    return commit_bodies(now, source, log, std::move(check), std::get<BodiesVerified>(*answer).attachments,
                         size);
  }
  release(now, source, size);
  if (Session* session = find(source); session != nullptr) lie(now, *session, answer.error());
  look_for_bodies(now, id);
}

void Engine::commit_bodies(Now now, SessionId source, Log& log, VerifyBodies check,
                           std::vector<AttachmentFact> files, std::size_t size) {
  CommitBodies intent;
  intent.bodies.log = log.state.id;
  intent.bodies.arrived_at = now.wall;
  if (const Session* session = find(source); session != nullptr) intent.bodies.source = session->peer;
  std::vector<EntryIndex> indexes;
  std::uint64_t bytes = 0;
  for (auto& item : check.bodies) {
    const auto missing = log.missing.find(item.index);
    if (missing == log.missing.end()) continue;
    indexes.push_back(item.index);
    if (!missing->second.transit) bytes += item.body.size();
    intent.bodies.bodies.push_back({item.index, std::move(item.body), missing->second.transit});
  }
  if (indexes.empty()) return release(now, source, size);
  intent.bodies.attachments = files;
  std::erase_if(files, [&](const AttachmentFact& fact) {
    const auto missing = log.missing.find(fact.index);
    return missing == log.missing.end() || missing->second.transit;
  });
  std::vector<AttachmentWant> wants = intent.wants = wants_of(log.state.id, files);
  if (Session* session = find(source); session != nullptr) session->counts.bodies_in += indexes.size();
  issue(std::move(intent),
        [this, source, id = log.state.id, indexes = std::move(indexes), wants = std::move(wants), size,
         order = next_generation_++, bytes](Now then, const Result<Answer>& answer) {
          release(then, source, size);
          if (answer.ok()) {
            count_intake(then, *logs_.at(id), bytes);
            note_bytes(*logs_.at(id), order, std::get<RunStored>(*answer).bytes);
            rest_if_full(then, *logs_.at(id));
            for (const AttachmentWant& want : wants) want_file(then, want);
            return on_bodies_stored(then, id, indexes);
          }
          Log& failed = *logs_.at(id);
          for (const EntryIndex index : indexes) {
            if (const auto missing = failed.missing.find(index); missing != failed.missing.end()) {
              missing->second.asked.reset();
              missing->second.tried.clear();
            }
          }
          on_store_failed(then, failed, 0, answer.error());
        });
}

void Engine::on_bodies_stored(Now now, const LogId& id, const std::vector<EntryIndex>& indexes) {
  Log& log = *logs_.at(id);
  for (const EntryIndex index : indexes) log.no_longer_missing(index);
  log.body_retries = 0;
  refile(id);
  for (auto& [session_id, session] : sessions_) {
    v1::Frame frame;
    for (const EntryIndex index : indexes) {
      if (session->told_not_held.erase({id, index}) > 0) frame.mutable_have()->add_indexes(index.value);
    }
    if (!frame.has_have()) continue;
    frame.mutable_have()->set_log_id(id.bytes());
    send(*session, frame);
  }
  // What comes in many small frames does not buy a look at all that is missing with each.
  if (!log.asked_in_vain || !log.awaits_bodies()) return look_for_bodies(now, id);
  if (takes_bodies(log)) read_unheld(log);
}

// A peer came to hold bodies that it had not.
void Engine::on_have(Now now, Session& session, const v1::Have& have) {
  if (have.log_id().size() != LogId::kSize ||
      static_cast<std::size_t>(have.indexes_size()) > limits::kIndexesPerHave) {
    return lie(now, session, fail(Code::kMalformed, "a field of Have is out of range", "have"));
  }
  const auto it = logs_.find(LogId::from(have.log_id()));
  if (it == logs_.end()) return;
  Log& log = *it->second;
  bool news = false;
  for (const std::uint64_t index : have.indexes()) {
    const auto missing = log.missing.find(EntryIndex(index));
    if (missing == log.missing.end()) continue;
    const auto untrue = missing->second.false_haves.find(session.peer);
    if (untrue != missing->second.false_haves.end() && untrue->second >= limits::kFalseHaves) continue;
    if (missing->second.tried.erase(session.id) == 0) continue;
    missing->second.announced.insert(session.id);
    news = true;
  }
  // Looking passes over all that is missing, for every session: words without news do not buy that. A peer of
  // whom much is asked is asked for these when it has answered.
  if (!news) return;
  if (session.bodies_asked.size() < limits::kBodyRequests) return look_for_bodies(now, log.state.id);
  log.waits_for_busy = true;
  refile(log.state.id);
}

// --- for others ---

// A peer asked for a body that we do not hold, and lets us look for it. The caller looks for what was added.
void Engine::relay_request(const Session& session, std::uint32_t hops_left, Log& log,
                           const StoredRecord& record) {
  const bool here = record.state == BodyState::kHeld || record.state == BodyState::kErased;
  if (here || !takes_bodies(log) || log.missing.size() >= limits::kMissingBodies ||
      log.missing.contains(record.index)) {
    return;
  }
  MissingBody body;
  body.transit = record.state == BodyState::kNotAsked;
  body.hops = hops_left - 1;
  body.tried[session.id] = 2;
  add_missing(log, record.index, record.entry, std::move(body));
}

// Bodies that a chunk says not to hold here: the peer is told when they come.
void Engine::note_not_held(Session& session, const LogId& log, const v1::Chunk& chunk) {
  for (int i = 0; i < chunk.records_size(); ++i) {
    if (chunk.records(i).mark() != v1::BODY_MARK_NOT_HELD) continue;
    if (session.told_not_held.size() >= limits::kToldNotHeld) return;
    session.told_not_held.emplace(log, EntryIndex(chunk.from() + static_cast<std::uint64_t>(i)));
  }
}

// --- sessions and time ---

void Engine::forget_session_bodies(Now now, SessionId id) {
  for (const LogId& log_id : std::set<LogId>(lacking_)) {
    Log& log = *logs_.at(log_id);
    for (auto& [index, body] : log.missing) {
      body.tried.erase(id);
      body.announced.erase(id);
      if (body.asked == id) body.asked.reset();
    }
    // Also those that only waited for that peer to be less busy.
    look_for_bodies(now, log_id);
  }
}

// Who answers in drops is asked no longer: what it has not given is had elsewhere, and what still comes is
// ignored.
void Engine::give_up_slow_bodies(Now now, Session& session) {
  std::vector<std::uint64_t> slow;
  for (const auto& [request, asked] : session.bodies_asked) {
    if (now.mono - asked.begun >= limits::kBodiesDeadline) slow.push_back(request);
  }
  for (const std::uint64_t request : slow) {
    const BodiesAsked asked = std::move(session.bodies_asked.extract(request).mapped());
    cancel(now, session, request);
    Log& log = *logs_.at(asked.log);
    for (const EntryIndex index : asked.open) {
      body_not_held(session, log, index);
      // Not asked to look further either, before all others were.
      if (const auto missing = log.missing.find(index); missing != log.missing.end())
        missing->second.tried[session.id] = 2;
    }
    look_for_bodies(now, asked.log);
  }
  if (!slow.empty()) look_for_waiting_bodies(now);
}

bool Engine::somebody_is_free() const {
  return std::any_of(sessions_.begin(), sessions_.end(), [](const auto& entry) {
    return entry.second->hello_received && entry.second->bodies_asked.size() < limits::kBodyRequests;
  });
}

// A peer is less busy: what waited for its turn is asked for. What nobody had is not looked for again.
void Engine::look_for_waiting_bodies(Now now) {
  for (auto it = waiting_.begin(); it != waiting_.end() && somebody_is_free();) {
    const LogId id = *it;
    look_for_bodies(now, id);
    it = waiting_.upper_bound(id);
  }
}

// A peer is there: perhaps it has what nobody had.
void Engine::look_for_all_bodies(Now now) {
  std::set<LogId> due = unread_;
  due.insert(lacking_.begin(), lacking_.end());
  for (const LogId& id : due) look_for_bodies(now, id);
}

void Engine::retry_bodies(Now now) {
  while (!retries_.empty() && retries_.begin()->first <= now.mono) {
    const LogId id = retries_.begin()->second;
    Log& log = *logs_.at(id);
    set_body_retry(log, std::nullopt);
    for (auto& [index, body] : log.missing) body.tried.clear();
    look_for_bodies(now, id);
  }
}

}  // namespace koinon
