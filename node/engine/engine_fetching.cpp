// Getting entries: one fetch a log at a time, its chunks verified as they come and stored in order.
#include <algorithm>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

BodyState state_of(v1::BodyMark mark) {
  switch (mark) {
    case v1::BODY_MARK_NOT_ASKED:
      return BodyState::kNotAsked;
    case v1::BODY_MARK_ERASED:
      return BodyState::kErased;
    case v1::BODY_MARK_NOT_HELD:
      return BodyState::kNotHeld;
    default:
      return BodyState::kHeld;
  }
}

std::vector<StoredRecord> take_records(v1::Chunk& chunk) {
  std::vector<StoredRecord> out;
  out.reserve(static_cast<std::size_t>(chunk.records_size()));
  for (auto& record : *chunk.mutable_records()) {
    out.push_back({EntryIndex(chunk.from() + out.size()), std::move(*record.mutable_entry()),
                   std::move(*record.mutable_body()), state_of(record.mark()),
                   EntryIndex(record.erased_by())});
  }
  return out;
}

}  // namespace

// Queues the log with the session that is best to ask.
void Engine::schedule_fetch(Now now, const LogId& id) {
  const auto it = logs_.find(id);
  if (it == logs_.end()) return;
  Log& log = *it->second;
  if (!log.may_grow() || store_failed_) return;
  const Offer* best = best_offer(now, log);
  Session* session = best == nullptr ? nullptr : find(best->source);
  if (session == nullptr) return;
  queue_fetch(*session, id);
  start_fetches(now, *session);
}

// Once: a busy log is scheduled with each of its heads while it waits.
void Engine::queue_fetch(Session& session, const LogId& id) {
  if (!session.in_queue.insert(id).second) return;
  session.fetch_queue.push_back(id);
  queued_.insert(session.id);
}

std::deque<LogId> Engine::take_queue(Session& session) {
  queued_.erase(session.id);
  session.in_queue.clear();
  return std::exchange(session.fetch_queue, {});
}

void Engine::retry_fetches(Now now) {
  store_failed_ = false;
  for (auto& [id, unkept] : std::map<LogId, Unkept>(unkept_evidence_)) {
    if (unkept.refused) commit_evidence(id, unkept.evidence, std::move(unkept.event));
  }
  std::set<LogId> offered;
  for (const auto& [id, session] : sessions_) offered.insert(session->gives.begin(), session->gives.end());
  for (const LogId& id : offered) schedule_fetch(now, id);
  // The deadlines of open Gets count again.
  for (const auto& [id, session] : sessions_) session->gets_due = now.mono;
  look_for_all_bodies(now);
  apply_filters(now);
}

void Engine::start_fetches(Now now, Session& session) {
  // What was given up is open until the peer says that it has ended.
  while (!session.fetch_queue.empty() && !store_failed_ &&
         session.gets.size() + session.given_up.size() < limits::kOpenRequests / 2 &&
         in_flight_ < limits::kInFlightBytes) {
    const LogId id = session.fetch_queue.front();
    session.fetch_queue.pop_front();
    session.in_queue.erase(id);
    if (session.fetch_queue.empty()) queued_.erase(session.id);
    Log& log = *logs_.at(id);
    if (log.may_grow()) start_fetch(now, session, log);
  }
}

void Engine::start_fetch(Now now, Session& session, Log& log) {
  const auto it = log.offers.find(session.id);
  if (it == log.offers.end() || it->second.head.size <= log.state.range.size()) return;
  const Offer offer = it->second;
  const StoredHead& target = offer.head;
  v1::Frame frame;
  auto* get = frame.mutable_get();
  get->set_request_id(next_request_++);
  get->set_log_id(log.state.id.bytes());
  get->set_from(log.state.range.size().value);
  get->set_to(target.size.value);
  get->set_size(target.size.value);
  get->set_root(target.root.bytes());
  session.gets.emplace(get->request_id(), log.state.id);
  begin_fetch(now, log, offer, get->request_id());
  send(session, frame);
}

void Engine::begin_fetch(Now now, Log& log, const Offer& offer, std::uint64_t request_id) {
  Fetch fetch;
  fetch.generation = next_generation_++;
  fetch.source = offer.source;
  fetch.target = offer.head;
  fetch.row = offer.row;
  fetch.request_id = request_id;
  fetch.range = log.state.range;
  fetch.next_chunk = EntryIndex(log.state.range.size().value);
  fetch.last_progress = now.mono;
  fetch.pace_at = now.mono + limits::kPacePeriod;
  if (Session* session = find(offer.source); session != nullptr) {
    fetch.answered_before = session->answered;
    // Nothing is due of this one before.
    session->gets_due = std::min<MonoTime>(
        session->gets_due, now.mono + std::min(limits::kPacePeriod, limits::kRequestDeadline));
  }
  log.fetch = std::move(fetch);
  file_source(log, offer.source);
}

void Engine::on_chunk(Now now, Session& session, v1::Chunk chunk, std::size_t size) {
  if (session.given_up.contains(chunk.request_id())) {
    return_credit(session, size);
    return late_answer(now, session, chunk.request_id(), chunk.last());
  }
  const auto get = session.gets.find(chunk.request_id());
  if (get == session.gets.end()) {
    return lie(now, session, fail(Code::kMalformed, "a chunk came that was not asked for", "request_id"));
  }
  Log& log = *logs_.at(get->second);
  const bool last = chunk.last();
  if (last) session.gets.erase(get);
  const std::uint64_t next = log.fetch->next_chunk.value + static_cast<std::uint64_t>(chunk.records_size());
  if (last != (next == log.fetch->target.size.value)) {
    return lie(now, session,
               fail(Code::kMalformed, "the last chunk does not end where the Get ends", "last"));
  }
  const Status taken = take_chunk(now, log, std::move(chunk), size, Bytes());
  if (!taken.ok()) return lie(now, session, taken.error());
  if (last) start_fetches(now, session);
}

// Hands a chunk of the log's fetch to verification. `head_note`: a head whose signature is checked with it.
Status Engine::take_chunk(Now now, Log& log, v1::Chunk chunk, std::size_t size, Bytes head_note) {
  Fetch& fetch = *log.fetch;
  const auto count = static_cast<std::uint64_t>(chunk.records_size());
  if (count == 0 || count > limits::kRecordsPerChunk || chunk.from() != fetch.next_chunk.value ||
      count > fetch.target.size.value - chunk.from()) {
    return fail(Code::kMalformed, "a chunk does not continue the one before it", "chunk");
  }
  VerifyRun intent;
  KOINON_ASSIGN(intent.proof.left, unpack_hashes(chunk.left(), "chunk.left"));
  KOINON_ASSIGN(intent.proof.right, unpack_hashes(chunk.right(), "chunk.right"));
  intent.identity = log.state.identity;
  intent.from = EntryIndex(chunk.from());
  intent.records = take_records(chunk);
  intent.size = fetch.target.size;
  intent.root = fetch.target.root;
  intent.head_note = std::move(head_note);
  intent.filter = config_.filter;
  fetch.next_chunk.value += count;
  fetch.last_progress = now.mono;
  fetch.bytes += size;
  in_flight_ += size;
  const TakenChunk taken{fetch.generation, fetch.source, EntryIndex(chunk.from()), size, filter_number_};
  issue(std::move(intent), [this, id = log.state.id, taken](Now then, Result<Answer> answer) {
    on_run_verified(then, id, taken, std::move(answer));
  });
  return {};
}

// The bytes of a chunk are stored or dropped: its sender may send as many again.
void Engine::release(Now now, SessionId source, std::size_t size) {
  in_flight_ -= size;
  if (Session* session = find(source); session != nullptr) return_credit(*session, size);
  for (const SessionId id : std::vector<SessionId>(queued_.begin(), queued_.end())) {
    if (Session* session = find(id); session != nullptr) start_fetches(now, *session);
  }
}

void Engine::on_run_verified(Now now, const LogId& id, const TakenChunk& chunk, Result<Answer> answer) {
  Log& log = *logs_.at(id);
  const bool current = log.fetch && log.fetch->generation == chunk.generation;
  if (!answer.ok()) {
    release(now, chunk.source, chunk.size);
    if (current) abandon_fetch(now, log, true);
    if (Session* session = find(chunk.source); session != nullptr) lie(now, *session, answer.error());
    return schedule_fetch(now, id);
  }
  if (!current) return release(now, chunk.source, chunk.size);
  log.fetch->verified.emplace(chunk.from.value,
                              std::make_pair(std::move(std::get<RunVerified>(*answer)), chunk));
  commit_verified(now, log);
}

// Gives what continues the log to the store, in order.
void Engine::commit_verified(Now now, Log& log) {
  while (log.fetch) {
    const auto it = log.fetch->verified.find(log.fetch->range.size().value);
    if (it == log.fetch->verified.end()) return;
    RunVerified run = std::move(it->second.first);
    const TakenChunk chunk = it->second.second;
    log.fetch->verified.erase(it);
    if (run.left != log.fetch->range.hashes()) {
      fork_in_chunk(now, log, run);
      return release(now, chunk.source, chunk.size);
    }
    commit_run(now, log, std::move(run), chunk);
  }
}

void Engine::commit_run(Now now, Log& log, RunVerified run, const TakenChunk& chunk) {
  Fetch& fetch = *log.fetch;
  CommitRun intent;
  StoredRun stored{run.after, fetch.target, run.right, run.vouches,  run.withdrawals,
                   {},        {},           false,     std::nullopt, chunk.filter_number};
  intent.wants = stored.wants = wants_of(log.state.id, run.attachments);
  for (const StoredRecord& record : run.records) {
    if (record.state == BodyState::kNotHeld) stored.not_held.emplace_back(record.index, record.entry);
    if (record.state == BodyState::kErased && record.erased_by.value >= run.after.size().value)
      stored.pending_marks = true;
  }
  if (Session* session = find(fetch.source); session != nullptr)
    session->counts.records_in += run.records.size();
  if (run.after.size() == fetch.target.size) {
    if (Session* session = find(fetch.source); session != nullptr) {
      stored.cursor = intent.cursor = cursor_after(*session, log.state.id, fetch.row);
    }
  }
  const std::uint64_t bytes = bytes_held(run.records);
  intent.own = log.state.id == own_log_;
  fetch.range = run.after;
  intent.run.identity = log.state.identity;
  intent.run.log = log.state.id;
  intent.run.records = std::move(run.records);
  intent.run.leaves = std::move(run.leaves);
  intent.run.after = std::move(run.after);
  intent.run.head = fetch.target;
  intent.run.right = std::move(run.right);
  intent.run.vouches = std::move(run.vouches);
  intent.run.withdrawals = std::move(run.withdrawals);
  intent.run.attachments = std::move(run.attachments);
  intent.run.arrived_at = now.wall;
  if (const Session* session = find(fetch.source); session != nullptr) intent.run.source = session->peer;
  ++log.commits;
  issue(std::move(intent), [this, id = log.state.id, generation = fetch.generation, source = fetch.source,
                            size = chunk.size, order = next_generation_++, bytes, commit = begin_commit(),
                            stored = std::move(stored)](Now then, Result<Answer> answer) {
    Log& stored_log = *logs_.at(id);
    --stored_log.commits;
    if (answer.ok()) {
      count_intake(then, stored_log, bytes);
      note_bytes(stored_log, order, std::get<RunStored>(*answer).bytes);
    }
    const JournalSeq row = answer.ok() ? std::get<RunStored>(*answer).journal_seq : JournalSeq(0);
    on_run_stored(then, id, generation, source, stored, answer);
    end_commit(then, commit, id, row);
    release(then, source, size);
    rest_if_full(then, stored_log);
    schedule_fetch(then, id);
  });
}

void Engine::on_run_stored(Now now, const LogId& id, std::uint64_t generation, SessionId source,
                           StoredRun run, const Result<Answer>& answer) {
  Log& log = *logs_.at(id);
  if (!answer.ok()) return on_store_failed(now, log, generation, answer.error());
  store_failures_ = 0;
  const bool whole = run.after.size() == run.head.size;
  // Answers come in any order: that of a later run has moved on already, and what it erased is not to come
  // back.
  if (run.after.size() <= log.state.range.size()) {
    run.not_held.clear();
    log.read_again();
  } else {
    log.state.range = run.after;
    log.state.seen = run.head;
    log.state.seen_right = std::move(run.right);
  }
  for (const VouchFact& vouch : run.vouches) trust_.add_vouch(vouch);
  // Soon, with what else comes: vouches come in crowds.
  if (!run.vouches.empty())
    next_trust_refresh_ = std::min(next_trust_refresh_, now.mono + limits::kTrustDelay);
  note_bodies(log, source, run);
  for (const WithdrawalFact& fact : run.withdrawals) {
    if (fact.erase) end_files_of(now, id, fact.target);
  }
  for (const AttachmentWant& want : run.wants) want_file(now, want);
  if (log.fetch && log.fetch->generation == generation) {
    log.fetch->last_progress = now.mono;
    if (whole) {
      log.fetch.reset();
      file_source(log, source);
    }
  }
  if (whole) log.state.whole = run.head;
  refile(id);
  if (log.filter_number != filter_number_) apply_filters(now);
  look_for_bodies(now, id);
  if (!whole) return;
  if (Session* session = find(source); session != nullptr) {
    auto& known = session->known[id];
    known = std::max(known, run.head.size);
    if (run.cursor) note_saved(*session, run.cursor->seq);
  }
  log_is_whole(now, log);
}

// Which bodies the run leaves to be looked for, and which its withdrawals took away.
void Engine::note_bodies(Log& log, SessionId source, const StoredRun& run) {
  for (const auto& [index, entry] : run.not_held) {
    MissingBody body;
    body.tried[source] = 1;
    add_missing(log, index, entry, std::move(body));
  }
  for (const WithdrawalFact& fact : run.withdrawals) {
    if (fact.erase) log.no_longer_missing(fact.target);
  }
  log.pending_marks = log.pending_marks || run.pending_marks;
  if (run.after.size() == run.head.size && log.pending_marks) {
    // The store has taken back the marks that proved wrong.
    log.pending_marks = false;
    log.read_again();
  }
  // It may have come to the store behind the filter that we have now.
  if (run.filter_number == filter_number_) return;
  log.filter_number = run.filter_number;
  log.filter_again = log.filtering;
}

void Engine::on_store_failed(Now now, Log& log, std::uint64_t generation, const Error& error) {
  if (log.fetch && log.fetch->generation == generation) abandon_fetch(now, log, false);
  if (!log.state.frozen) fail_store(now, log.state.id, error);
}

void Engine::fail_store(Now now, const LogId& log, const Error& error) {
  if (std::exchange(store_failed_, true)) return;
  // Later each time: each try brings what may have to be thrown away.
  constexpr unsigned kDoublings = 16;
  const auto wait = limits::kStoreRetry * (std::int64_t{1} << std::min(store_failures_++, kDoublings));
  store_retry_at_ = now.mono + std::min<MonoTime>(wait, limits::kStoreRetryMax);
  emit({Event::Kind::kStoreFailed, {}, log, {}, error.text()});
}

void Engine::abandon_fetch(Now now, Log& log, bool forget_source) {
  if (!log.fetch) return;
  const Fetch fetch = std::move(*log.fetch);
  log.fetch.reset();
  if (forget_source) log.offers.erase(fetch.source);
  Session* session = find(fetch.source);
  if (session != nullptr && session->gets.erase(fetch.request_id) > 0)
    cancel(now, *session, fetch.request_id);
  file_source(log, fetch.source);
  for (const auto& [from, run] : fetch.verified) release(now, fetch.source, run.second.size);
}

// The log stands whole at state.whole: offers that it has reached are settled.
void Engine::log_is_whole(Now now, Log& log) {
  emit({Event::Kind::kLogAdvanced, {}, log.state.id, log.state.whole->size, {}});
  std::vector<Offer> reached;
  for (const auto& [source, offer] : log.offers) {
    if (offer.head.size <= log.state.whole->size) reached.push_back(offer);
  }
  for (const Offer& offer : reached) {
    drop_offer(log, offer.source);
    check_old_head(now, offer);
  }
}

std::uint64_t Engine::begin_commit() {
  commits_.emplace(next_commit_, Commit());
  return next_commit_++;
}

void Engine::end_commit(Now now, std::uint64_t commit, const LogId& log, JournalSeq row) {
  commits_[commit] = {true, log, row};
  std::map<JournalSeq, LogId> rows;
  while (!commits_.empty() && commits_.begin()->second.done) {
    const Commit& done = commits_.begin()->second;
    if (done.row.value > 0) rows.emplace(done.row, done.log);
    commits_.erase(commits_.begin());
  }
  for (const auto& [seq, id] : rows) {
    LogState& state = logs_.at(id)->state;
    journal_.erase(state.journal_seq.value);
    state.journal_seq = seq;
    journal_.emplace(seq.value, id);
    last_row_ = std::max(last_row_, seq);
  }
  std::vector<LogId> logs;
  for (const auto& [seq, id] : rows) logs.push_back(id);
  if (!logs.empty()) announce(now, logs);
}

// A proven run that does not continue what we hold: the tree of the head it was proven against, and the
// tree of the head that ours was, differ in the prefix before the run.
void Engine::fork_in_chunk(Now now, Log& log, const RunVerified& run) {
  const StoredHead target = log.fetch->target;
  const LogState& state = log.state;
  if (!state.seen) return;
  const EntryIndex from(state.range.size().value);
  const RunProof theirs{run.left, prefix_right(from, run.leaves, target.size, run.right)};
  const RunProof ours{state.range.hashes(), state.seen_right};
  keep_evidence(now, log, state.range.size(), {state.seen->note, ours}, {target.note, theirs});
}

}  // namespace koinon
