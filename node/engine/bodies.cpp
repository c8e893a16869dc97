#include "node/engine/bodies.h"

namespace koinon::engine {

Bodies::Bodies(Effects& effects, StoreHealth& store, Logs& logs, Links& links, Holdings& holdings,
               Intake& intake, Fetcher& fetcher, Files& files)
    : effects_(effects),
      store_(store),
      logs_(logs),
      links_(links),
      intake_(intake),
      fetcher_(fetcher),
      files_(files),
      missing_(logs),
      requests_(effects, links, holdings) {}

// --- looking ---

void Bodies::look_for(Log& log) {
  if (!takes(log)) return;
  read_unheld(log);
  if (missing_.lacks(log)) ask(log);
}

void Bodies::look_for_all() {
  std::set<LogId> due = missing_.unread();
  due.insert(missing_.lacking().begin(), missing_.lacking().end());
  for (const LogId& id : due) {
    Log& log = logs_.at(id);
    // What is set aside is asked for soon, but not at once: who comes again and again does not buy that.
    if (log.bodies->aside > 0) missing_.set_retry(log, soon(log));
    look_for(log);
  }
}

MonoTime Bodies::soon(const Log& log) const {
  return std::min<MonoTime>(log.bodies->retry_at.value_or(MonoTime::max()),
                            effects_.now().mono + limits::kBodyRetry);
}

bool Bodies::takes(const Log& log) const {
  return logs_.admits(log.id()) && !log.is_filtered() && !intake_.rests(log) && !log.removing() &&
         !log.recovering();
}

void Bodies::read_again(Log& log) { missing_.read_again(log); }

void Bodies::begin_anew(Log& log) {
  missing_.forget_all(log);
  missing_.read_again(log);
}

void Bodies::forget_transit(Log& log) { missing_.forget_transit(log); }

void Bodies::forget(Log& log) {
  log.bodies->pending_marks = false;
  begin_anew(log);
}

void Bodies::read_unheld(Log& log) {
  LogBodies& bodies = *log.bodies;
  const bool more = bodies.unread && !bodies.reading_unheld && !missing_.is_full(log) && log.held().value > 0;
  if (!more) return;
  bodies.reading_unheld = true;
  bodies.outdated = false;
  effects_.ask(ReadUnheld{log.id(), bodies.read_from, limits::kMissingPerRead},
               [this, id = log.id()](const Result<std::vector<StoredRecord>>& answer) {
                 Log& read = logs_.at(id);
                 read.bodies->reading_unheld = false;
                 if (answer.ok()) return on_unheld(read, *answer);
                 if (missing_.lacks(read)) missing_.set_retry(read, soon(read));
               });
}

void Bodies::on_unheld(Log& log, const std::vector<StoredRecord>& records) {
  // Among them may be what was erased since: it would be looked for, and whoever says so taken for a liar.
  if (log.bodies->outdated) return look_for(log);
  for (const StoredRecord& record : records) {
    log.bodies->read_from = EntryIndex(record.index.value + 1);
    missing_.add(log, record.index, record.entry, MissingBody());
  }
  if (records.size() < limits::kMissingPerRead) log.bodies->unread = false;
  missing_.relist(log.id());
  look_for(log);
}

// --- of a run that was stored ---

void Bodies::note_run(Log& log, const StoredRun& run, bool moved_on) {
  if (moved_on) {
    missing_.read_again(log);
  } else {
    missing_.add_not_held(log, run.not_held, run.source);
  }
  forget_erased(log, run.withdrawals);
  log.bodies->pending_marks = log.bodies->pending_marks || run.pending_marks;
  if (run.is_last() && log.bodies->pending_marks) {
    // The store has taken back the marks that proved wrong.
    log.bodies->pending_marks = false;
    missing_.read_again(log);
  }
}

void Bodies::forget_erased(Log& log, const std::vector<WithdrawalFact>& withdrawals) {
  for (const WithdrawalFact& fact : withdrawals) {
    if (fact.erase) missing_.remove(log, fact.target);
  }
}

// --- asking ---

void Bodies::ask(Log& log) {
  if (store_.has_failed() || log.state().frozen) return;
  log.bodies->asked_in_vain = false;
  for (const unsigned round : {1U, 2U}) {
    if (requests_.ask(log, round)) return;
  }
  log.bodies->asked_in_vain = true;
  const bool asked = missing_.is_asked(log);
  // Somebody is busy with other requests, and will be asked after them.
  const bool busy = requests_.somebody_is_busy();
  log.bodies->waits_for_busy = busy;
  missing_.relist(log.id());
  if (asked || busy) return;
  // Nobody has them. What was for peers is given up; ours are asked for again after a while.
  missing_.forget_transit(log);
  if (reads_on(log) || !missing_.lacks(log) || log.bodies->retry_at) return;
  tell_own_lost(log);
  const auto wait = limits::kBodyRetry * (std::int64_t{1} << std::min(log.bodies->retries++, 8U));
  missing_.set_retry(log, effects_.now().mono + std::min<MonoTime>(wait, limits::kBodyRetryMax));
}

// Texts that nobody has do not hide those that somebody has.
bool Bodies::reads_on(Log& log) {
  if (!log.bodies->unread || !missing_.is_full(log) || !requests_.somebody_is_free()) return false;
  tell_own_lost(log);
  missing_.set_aside(log);
  read_unheld(log);
  return true;
}

// After a restore, or a repair: texts of ours that the peers who are connected do not have.
void Bodies::tell_own_lost(Log& log) {
  if (!logs_.is_own(log.id()) || !requests_.somebody_is_free()) return;
  if (std::exchange(log.bodies->told_lost, true)) return;
  effects_.notice({}, missing_.lost_text(log));
}

// --- answers ---

void Bodies::on_bodies(Link& link, v1::Bodies bodies, std::size_t size) {
  if (link.given_up.contains(bodies.request_id())) {
    links_.return_credit(link, size);
    return fetcher_.on_late(link, bodies.request_id(), bodies.last());
  }
  BodiesAsked* asked = requests_.find(link, bodies.request_id());
  if (asked == nullptr || asked->log.view() != bodies.log_id()) {
    return links_.end_for_lie(link,
                              fail(Code::kMalformed, "bodies came that were not asked for", "request_id"));
  }
  // An empty frame now and then would keep a request open for ever.
  if (bodies.bodies_size() == 0 && !bodies.last()) {
    return links_.end_for_lie(
        link, fail(Code::kMalformed, "a frame of an answer brings nothing and is not the last", "bodies"));
  }
  Log& log = logs_.at(asked->log);
  asked->last_progress = links_.turn_time(link);
  VerifyBodies check;
  const Status taken = take_answers(link, log, *asked, bodies, check);
  if (!taken.ok()) return links_.end_for_lie(link, taken.error());
  const bool was_busy = requests_.is_busy(link);
  if (bodies.last()) {
    requests_.take(link, bodies.request_id());
    log.bodies->asked_in_vain = false;  // what it had not may be asked for elsewhere
  }
  if (bodies.last() && was_busy) look_for_waiting();
  if (check.bodies.empty()) {
    links_.return_credit(link, size);
    if (bodies.last()) look_for(log);
    return;
  }
  intake_.begin(size);
  VerifyBodies intent = check;
  effects_.ask(std::move(intent), [this, source = link.id, id = log.id(), check = std::move(check),
                                   size](const Result<BodiesVerified>& answer) mutable {
    on_verified(source, logs_.at(id), std::move(check), size, answer);
  });
}

Status Bodies::take_answers(Link& link, Log& log, BodiesAsked& asked, v1::Bodies& bodies,
                            VerifyBodies& check) {
  for (auto& answer : *bodies.mutable_bodies()) {
    if (asked.open.erase(EntryIndex(answer.index())) == 0) {
      return fail(Code::kMalformed, "a body came that was not asked for", "bodies.index");
    }
    KOINON_TRY(take_body(link, log, answer, check));
  }
  if (asked.open.empty() != bodies.last()) {
    return fail(Code::kMalformed, "the last frame does not end the answer", "last");
  }
  return {};
}

Status Bodies::take_body(Link& link, Log& log, v1::BodyAnswer& answer, VerifyBodies& check) {
  const EntryIndex index(answer.index());
  const MissingBody* missing = missing_.find(log, index);
  if (missing == nullptr) return {};  // it came from elsewhere, or is no longer wanted
  if (!answer.body().empty()) {
    check.bodies.push_back({index, missing->digest, missing->size, std::move(*answer.mutable_body())});
    return {};
  }
  // A withdrawal that is here already would have erased it here, once all that was stored is known.
  const bool was_here = log.commits() == 0 && answer.erased_by() < log.held().value &&
                        !log.may_be_void(EntryIndex(answer.erased_by()));
  if (answer.mark() == v1::BODY_MARK_ERASED && (answer.erased_by() <= index.value || was_here)) {
    return fail(Code::kBadProof, "a body is said to be erased, and no withdrawal says so", "mark");
  }
  not_held(link, log, index);
  return {};
}

void Bodies::not_held(Link& link, Log& log, EntryIndex index) {
  MissingBody* missing = missing_.find(log, index);
  if (missing == nullptr) return;
  ++link.counts.bodies_not_held;
  if (missing->asked == link.id) missing->asked.reset();
  if (missing->announced.erase(link.id) > 0) ++missing->false_haves[link.peer];
}

void Bodies::on_verified(SessionId source, Log& log, VerifyBodies check, std::size_t size,
                         const Result<BodiesVerified>& answer) {
  if (answer.ok()) return commit(source, log, std::move(check), answer->attachments, size);
  fetcher_.release(source, size);
  if (Link* link = links_.find(source); link != nullptr) links_.end_for_lie(*link, answer.error());
  look_for(log);
}

void Bodies::commit(SessionId source, Log& log, VerifyBodies check, std::vector<AttachmentFact> files,
                    std::size_t size) {
  CommitBodies intent;
  intent.bodies.log = log.id();
  intent.bodies.arrived_at = effects_.now().wall;
  Link* link = links_.find(source);
  if (link != nullptr) intent.bodies.source = link->peer;
  std::vector<EntryIndex> indexes;
  std::uint64_t bytes = 0;
  for (auto& item : check.bodies) {
    const MissingBody* missing = missing_.find(log, item.index);
    if (missing == nullptr || missing->digest != item.digest) continue;
    indexes.push_back(item.index);
    if (!missing->transit) bytes += item.body.size();
    intent.bodies.bodies.push_back({item.index, std::move(item.body), missing->transit});
  }
  if (indexes.empty()) return fetcher_.release(source, size);
  intent.bodies.attachments = files;
  std::erase_if(files, [&](const AttachmentFact& fact) {
    const MissingBody* missing = missing_.find(log, fact.index);
    return missing == nullptr || missing->transit;
  });
  intent.own = logs_.is_own(log.id());
  std::vector<AttachmentWant> wants = intent.wants = wants_of(effects_.config(), log.id(), files, intent.own);
  if (link != nullptr) link->counts.bodies_in += indexes.size();
  effects_.ask(std::move(intent),
               [this, source, id = log.id(), indexes = std::move(indexes), wants = std::move(wants), size,
                order = effects_.next_generation(), bytes](const Result<RunStored>& answer) {
                 Log& into = logs_.at(id);
                 fetcher_.release(source, size);
                 if (!answer.ok()) return on_not_stored(into, indexes, answer.error());
                 intake_.count(into, bytes);
                 intake_.note_held(into, order, answer->bytes);
                 if (fetcher_.rest_if_full(into)) forget_transit(into);
                 for (const AttachmentWant& want : wants) files_.want(want);
                 on_stored(into, indexes);
               });
}

void Bodies::on_not_stored(Log& log, const std::vector<EntryIndex>& indexes, const Error& error) {
  for (const EntryIndex index : indexes) {
    if (MissingBody* missing = missing_.find(log, index); missing != nullptr) {
      missing->asked.reset();
      missing->tried.clear();
    }
  }
  if (!log.state().frozen) store_.note_failure(log.id(), error);
}

void Bodies::on_stored(Log& log, const std::vector<EntryIndex>& indexes) {
  for (const EntryIndex index : indexes) missing_.remove(log, index);
  log.bodies->retries = 0;
  log.bodies->told_lost = false;
  missing_.relist(log.id());
  for (const auto& [id, link] : links_.all()) {
    v1::Frame frame;
    for (const EntryIndex index : indexes) {
      if (link->bodies->told_not_held.erase({log.id(), index}) > 0)
        frame.mutable_have()->add_indexes(index.value);
    }
    if (!frame.has_have()) continue;
    frame.mutable_have()->set_log_id(log.id().bytes());
    links_.send(*link, frame);
  }
  // What comes in many small frames does not buy a look at all that is missing with each.
  if (!log.bodies->asked_in_vain || !missing_.is_asked(log)) return look_for(log);
  if (takes(log)) read_unheld(log);
}

void Bodies::on_have(Link& link, const v1::Have& have) {
  if (have.log_id().size() != LogId::kSize ||
      static_cast<std::size_t>(have.indexes_size()) > limits::kIndexesPerHave) {
    return links_.end_for_lie(link, fail(Code::kMalformed, "a field of Have is out of range", "have"));
  }
  Log* log = logs_.find(LogId::from(have.log_id()));
  if (log == nullptr) return;
  bool news = false;
  for (const std::uint64_t index : have.indexes()) {
    MissingBody* missing = missing_.find(*log, EntryIndex(index));
    if (missing == nullptr) continue;
    const auto untrue = missing->false_haves.find(link.peer);
    if (untrue != missing->false_haves.end() && untrue->second >= limits::kFalseHaves) continue;
    if (missing->tried.erase(link.id) == 0) continue;
    missing->announced.insert(link.id);
    news = true;
  }
  // Looking passes over all that is missing, for every link: words without news do not buy that. A peer of
  // whom much is asked is asked for these when it has answered.
  if (!news) return;
  if (!requests_.is_busy(link)) return look_for(*log);
  log->bodies->waits_for_busy = true;
  missing_.relist(log->id());
}

void Bodies::on_refused(Link& link, std::uint64_t request_id) {
  if (requests_.find(link, request_id) == nullptr) return;
  const BodiesAsked asked = requests_.take(link, request_id);
  Log& log = logs_.at(asked.log);
  for (const EntryIndex index : asked.open) not_held(link, log, index);
  look_for(log);
  look_for_waiting();
}

// --- for others ---

void Bodies::relay(const Link& link, std::uint32_t hops_left, Log& log, const StoredRecord& record) {
  const bool here = record.state == BodyState::kHeld || record.state == BodyState::kErased;
  if (here || !takes(log) || missing_.is_full(log) || log.bodies->missing.contains(record.index)) return;
  MissingBody body;
  body.transit = record.state == BodyState::kNotAsked;
  body.hops = hops_left - 1;
  body.tried[link.id] = 2;
  missing_.add(log, record.index, record.entry, std::move(body));
}

void Bodies::look_for_added(Log& log) {
  missing_.relist(log.id());
  look_for(log);
}

void Bodies::note_told(Link& link, const LogId& log, EntryIndex index) {
  if (link.bodies->told_not_held.size() < limits::kToldNotHeld)
    link.bodies->told_not_held.emplace(log, index);
}

void Bodies::note_told(Link& link, const LogId& log, const v1::Chunk& chunk) {
  for (int i = 0; i < chunk.records_size(); ++i) {
    if (chunk.records(i).mark() == v1::BODY_MARK_NOT_HELD)
      note_told(link, log, EntryIndex(chunk.from() + static_cast<std::uint64_t>(i)));
  }
}

// --- links and time ---

void Bodies::forget(const Link& link) {
  for (const LogId& id : std::set<LogId>(missing_.lacking())) {
    Log& log = logs_.at(id);
    for (auto& [index, body] : log.bodies->missing) {
      body.tried.erase(link.id);
      body.announced.erase(link.id);
      if (body.asked == link.id) body.asked.reset();
    }
    // Also those that only waited for that peer to be less busy.
    look_for(log);
  }
}

void Bodies::give_up_slow(Link& link) {
  const std::vector<std::uint64_t> slow = requests_.slow(link);
  for (const std::uint64_t request : slow) {
    const BodiesAsked asked = requests_.take(link, request);
    links_.cancel(link, request);
    Log& log = logs_.at(asked.log);
    for (const EntryIndex index : asked.open) {
      not_held(link, log, index);
      // Not asked to look further either, before all others were.
      if (MissingBody* missing = missing_.find(log, index); missing != nullptr) missing->tried[link.id] = 2;
    }
    look_for(log);
  }
  if (!slow.empty()) look_for_waiting();
}

// A peer is less busy: what waited for its turn is asked for. What nobody had is not looked for again.
void Bodies::look_for_waiting() {
  const std::set<LogId>& waiting = missing_.waiting();
  for (auto it = waiting.begin(); it != waiting.end() && requests_.somebody_is_free();) {
    const LogId id = *it;
    look_for(logs_.at(id));
    it = waiting.upper_bound(id);
  }
}

void Bodies::retry() {
  const auto& retries = missing_.retries();
  while (!retries.empty() && retries.begin()->first <= effects_.now().mono) {
    Log& log = logs_.at(retries.begin()->second);
    missing_.begin_retry(log);
    look_for(log);
  }
}

MonoTime Bodies::next_retry() const {
  return missing_.retries().empty() ? MonoTime::max() : missing_.retries().begin()->first;
}

// --- the operator's eyes ---

void Bodies::tell(LogStanding& out, const Log& log, EntryIndex index) const {
  const auto missing = log.bodies->missing.find(index);
  if (missing != log.bodies->missing.end()) tell_missing(out, missing->first, missing->second);
}

void Bodies::tell_all(LogStanding& out, const Log& log) const {
  for (const auto& [index, body] : log.bodies->missing) tell_missing(out, index, body);
}

void Bodies::tell_missing(LogStanding& out, EntryIndex index, const MissingBody& body) const {
  if (body.transit) return;
  auto& peers = out.missing[index];
  for (const auto& [id, round] : body.tried) {
    if (const Link* link = links_.find(id); link != nullptr) peers.push_back(link->peer);
  }
  for (const auto& [peer, times] : body.false_haves) {
    if (times >= limits::kFalseHaves) out.disbelieved[index].push_back(peer);
  }
}

}  // namespace koinon::engine
