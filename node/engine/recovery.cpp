#include "node/engine/recovery.h"

#include <utility>

namespace koinon::engine {

Recovery::Work& Recovery::work_of(const LogId& id, const KeyHistory& keys) {
  cursors_.hold(id, Cursors::Untaken::kStatements);
  Work& work = work_[id];
  work.keys = keys;
  return work;
}

void Recovery::begin(const LogId& id, const KeyHistory& keys, const NodeKey& teller) {
  Work& work = work_of(id, keys);
  work.teller = teller;
  work.is_news = true;
  work.again = work.asked;
  seen_.forget_origins(id);
  if (Log* log = logs_.find(id); log != nullptr) {
    logs_.begin_recovery(*log);
    logs_.thaw(*log);
    news_.log_taken_back(*log, true);
    drop_lost_offers(*log);
  }
  go_on(id);
}

bool Recovery::take_statements(const LogId& id, const KeyHistory& keys) {
  const auto work = work_.find(id);
  if (work == work_.end()) return false;
  work->second.keys = keys;
  work->second.again = work->second.asked;
  return true;
}

// Their heads are of an earlier origin.
void Recovery::drop_lost_offers(Log& log) {
  for (const Offer& offer : offers_.take(log)) {
    if (offer.recoveries == log.state().keys.recoveries()) {
      offers_.keep(log, offer);
    } else {
      cursors_.settle(offer.source, log.id(), offer.row);
    }
  }
}

// Runs of before are answered first: the log's state follows them.
void Recovery::go_on(const LogId& id) {
  const auto work = work_.find(id);
  if (work == work_.end() || work->second.asked || work->second.refused) return;
  const Log* log = logs_.find(id);
  if (log == nullptr || log->commits() == 0) commit(id);
}

bool Recovery::is_what_stands(const Log& log) const {
  const Statement& kept = log.state().keys.last_recovery()->statement;
  return log.held() == kept.size && log.state().range.root() == kept.root;
}

void Recovery::begin_anew(Log& log) {
  logs_.begin_recovery(log);
  news_.log_taken_back(log, false);
  Work& work = work_of(log.id(), log.state().keys);
  work.anew = true;
  work.again = work.asked;
  go_on(log.id());
}

void Recovery::resume() {
  for (const auto& [id, log] : logs_.all()) {
    if (!log->stands_unsigned()) continue;
    logs_.begin_recovery(*log);
    work_of(id, log->state().keys).resumed = true;
    go_on(id);
  }
}

// One such head is enough: a peer does not buy a commit with each that it sends.
void Recovery::take_head(Log& log) {
  const auto work = work_.find(log.id());
  if (work == work_.end()) {
    (void)work_of(log.id(), log.state().keys);
    logs_.begin_recovery(log);
  } else if (work->second.asked && !work->second.with_head && kept_head(log, work->second.keys)) {
    work->second.again = true;
  }
  go_on(log.id());
}

// Nothing: none of the offers is of what the recovery keeps, no more and no less.
std::optional<StoredHead> Recovery::kept_head(const Log& log, const KeyHistory& keys) const {
  const Statement& kept = keys.last_recovery()->statement;
  for (const auto& [source, offer] : offers_.all(log)) {
    if (offer.head.size == kept.size && offer.head.root == kept.root) return offer.head;
  }
  const auto& ours = effects_.config().recovered;
  if (logs_.is_own(log.id()) && ours && ours->head.size == kept.size && ours->head.root == kept.root)
    return ours->head;
  return std::nullopt;
}

void Recovery::commit(const LogId& id) {
  Work& work = work_.at(id);
  work.asked = true;
  work.again = false;
  RecoveryCommit recovery;
  recovery.log = id;
  recovery.notes = logs_.statements_of(id);
  recovery.anew = work.anew;
  recovery.now = effects_.now().wall;
  const Statement& kept = work.keys.last_recovery()->statement;
  recovery.recoveries = work.keys.recoveries();
  recovery.size = kept.size;
  recovery.root = kept.root;
  // Of our own log all is wanted, whatever we want of others.
  if (!logs_.is_own(id)) recovery.filter = effects_.filter();
  if (const Log* log = logs_.find(id); log != nullptr) recovery.head = kept_head(*log, work.keys);
  work.with_head = recovery.head.has_value();
  effects_.ask(CommitRecovery{std::move(recovery)},
               [this, id, number = journal_.begin_commit()](const Result<Recovered>& answer) {
                 on_committed(id, number, answer);
               });
}

void Recovery::on_committed(const LogId& id, std::uint64_t number, const Result<Recovered>& answer) {
  Work& work = work_.at(id);
  work.asked = false;
  if (!answer.ok()) {
    work.refused = true;
    store_.note_failure(id, answer.error());
    news_.statements_kept(id, answer.error());
    return news_.commit_ended(number, id, JournalSeq(0));
  }
  work.anew = false;
  // One that came to be known meanwhile has its own way.
  if (Log* log = logs_.find(id); log != nullptr && log->recovering()) {
    const std::uint64_t left = answer->log ? answer->log->range.size().value : 0;
    work.taken += log->held().value - std::min(left, log->held().value);
    // What the store had of it at the start may have been evidence against an earlier origin.
    if (std::exchange(work.resumed, false)) logs_.thaw(*log);
    std::optional<LogState> held = answer->log;
    if (work.again && held) held->frozen = false;  // another recovery may have come; the next answer says
    logs_.cut(*log, held);
    if (answer->contradicted) {
      logs_.freeze(*log);
      news_.frozen_for_good(*log);
    }
    if (answer->done && !work.again) finish(id, *answer);
  }
  // With the first piece: the store keeps them before it takes anything away.
  if (!work.again) news_.statements_kept(id, {});
  const bool done = answer->done && !work.again;
  news_.commit_ended(number, id, answer->log ? answer->log->journal_seq : JournalSeq(0));
  if (!done) return go_on(id);
  work_.erase(id);
  cursors_.let_go(id, Cursors::Untaken::kStatements);
}

void Recovery::finish(const LogId& id, const Recovered& recovered) {
  Log& log = logs_.at(id);
  const Work& work = work_.at(id);
  logs_.end_recovery(log);
  // What they offer was compared when the log was cut.
  for (const Offer& offer : offers_.take(log)) {
    if (offer.head.size > log.held()) {
      offers_.keep(log, offer);
    } else {
      cursors_.settle(offer.source, id, offer.row);
    }
  }
  const bool is_held = work.taken > 0 || log.held().value > 0;
  if (is_held && (work.is_news || work.taken > 0)) {
    const auto kind = work.keys.last_recovery()->kind(work.taken > 0);
    const std::string& name = log.state().identity().name;
    effects_.emit({Event::Kind::kTakenBack, work.teller, id, log.held(),
                   kind == KeyHistory::Change::Kind::kRecovery
                       ? name + " was taken back with its recovery key; of what was held " +
                             std::to_string(work.taken) + " entries are void"
                       : name + " has new recovery words, and signs with a new key; nothing that was held "
                                "is void"});
  }
  news_.log_recovered(log, recovered);
}

void Recovery::store_again() {
  for (auto& [id, work] : work_) {
    if (std::exchange(work.refused, false)) go_on(id);
  }
}

}  // namespace koinon::engine
