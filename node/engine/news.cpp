#include "node/engine/news.h"

#include "node/engine/parts.h"

namespace koinon::engine {

void News::session_ready(Link& link, std::uint64_t held_of_ours, std::uint64_t recoveries) {
  Parts& p = parts_;
  TreeSize holds_ours;
  if (const auto own = p.logs.own(); own) {
    const Log* log = p.logs.find(*own);
    const std::uint64_t own_size = log == nullptr ? 0 : log->whole_size();
    // What it holds beyond that is void, and it does not know yet.
    const auto kept = log == nullptr ? std::nullopt : log->state().keys.kept_of(recoveries);
    const std::uint64_t counts = std::min(own_size, kept ? kept->value : own_size);
    holds_ours = TreeSize(std::min(held_of_ours, counts));
    p.holdings.set(link, *own, holds_ours);
    if (held_of_ours > 0) p.broadcast.graft(link, *own);
  }
  p.cursors.begin(link);
  p.effects.emit(
      {Event::Kind::kSessionReady, link.peer, link.peer_log.value_or(LogId()), holds_ours, link.agent});
  p.asks.ask_all(link);
  p.own_recovery.note_ready();
  p.cosignatures.ask_author(link);
  p.bodies.look_for_all();
  p.files.look_for_all();
  // Whatever its cursor has passed: an author must know that others have frozen its log.
  if (link.peer_log && p.forks.has_evidence(*link.peer_log)) p.forks.tell(link, *link.peer_log);
}

void News::session_gone(Link& link) {
  Parts& p = parts_;
  p.effects.emit(
      {Event::Kind::kSessionEnded, link.peer, link.peer_log.value_or(LogId()), {}, link.ended.value_or("")});
  p.standing.look(link);  // what it came to hold since the last tick
  p.forget(link);
  if (p.links.with_peer(link.peer) == nullptr) p.standing.note_gone(link.peer);
}

void News::log_begun(const LogId& id) {
  Parts& p = parts_;
  p.admission.name_changed(id);
  p.bodies.relist(id);
  p.filtering.relist(id);
}

void News::push_verified(const LogId& log, const StoredHead& head, SessionId source) {
  parts_.seen.note({log, parts_.logs.at(log).state().keys.recoveries(), head}, source);
}

void News::keys_told(const LogId& id, const KeyHistory& told, const NodeKey& teller) {
  parts_.rotation.learn(id, told, teller);
}

void News::statements_kept(const LogId& id, const Status& kept) { parts_.rotation.note_kept(id, kept); }

void News::log_taken_back(Log& log, bool has_new_origin) {
  Parts& p = parts_;
  p.fetcher.abandon(log);
  if (has_new_origin) p.forks.forget(log);
  p.bodies.abandon(log);
  p.holdings.forget(log.id());
  if (p.logs.is_own(log.id())) p.brought.forget();
}

void News::frozen_for_good(Log& log) { parts_.forks.note_for_good(log); }

// Heads of it that came meanwhile were passed over.
void News::log_thawed(Log& log) {
  Parts& p = parts_;
  if (!p.logs.admits(log.id())) return;
  p.asks.add_for_all({log.id()});
  p.fetcher.schedule(log);
  p.bodies.look_for(log);
}

void News::head_awaited(Log& log) { parts_.recovery.take_head(log); }

void News::log_recovered(Log& log, const Recovered& recovered) {
  Parts& p = parts_;
  p.journal.forget(log);
  p.logs.set_row(log, JournalSeq(0));
  p.admission.replace_vouches(log.id(), recovered.vouches);
  p.cosigned.forget(log.id());
  p.cosigning.forget(log.id());
  p.intake.forget(log);
  p.bodies.forget(log);
  p.files.end_from(log.id(), log.held());
  if (log.held().value == 0) p.admission.note_gone(log.id());
  if (log.state().whole) log_whole(log);
  p.effects.emit({Event::Kind::kKeysNamed, {}, log.id(), log.held(), {}});
  p.bodies.relist(log.id());
  p.fetcher.schedule(log);
  p.bodies.look_for(log);
}

void News::seen_written() { parts_.cursors.save_all(); }

void News::run_stored(Log& log, const StoredRun& run, const Result<RunStored>& answer) {
  Parts& p = parts_;
  if (answer.ok()) {
    p.store.note_success();
    const bool brings_keys = run.names_keys || log.held().value == 0;
    const bool moved_on = !p.fetcher.extend(log, run);
    p.seen.note_stored(log, run.source);
    if (brings_keys) p.cosignatures.cosigner_known(log.id());
    p.admission.add_vouches(run.vouches);
    p.bodies.note_run(log, run, moved_on);
    p.filtering.note_run(log, run.filter_number);
    for (const WithdrawalFact& fact : run.withdrawals) {
      if (fact.erase) p.files.end_of(log.id(), fact.target);
    }
    for (const AttachmentWant& want : run.wants) p.files.want(want);
    p.fetcher.advance(log, run);
    if (run.is_last()) p.logs.stand_whole(log, run.head);
    p.bodies.relist(log.id());
    if (run.names_keys) p.effects.emit({Event::Kind::kKeysNamed, {}, log.id(), run.after.size(), {}});
    if (!p.filtering.follows_ours(log)) p.filtering.apply();
    p.bodies.look_for(log);
    if (run.is_last()) {
      if (Link* link = p.links.find(run.source); link != nullptr) {
        p.holdings.note(*link, log.id(), run.head.size);
        if (run.cursor) p.cursors.note_saved(*link, run.cursor->seq);
      }
      log_whole(log);
    }
  } else {
    p.fetcher.run_failed(log, run, answer.error());
  }
  commit_ended(run.commit, log.id(), answer.ok() ? answer->journal_seq : JournalSeq(0));
  p.recovery.go_on(log.id());
  p.fetcher.release(run.source, run.size);
  if (p.fetcher.rest_if_full(log)) p.bodies.forget_transit(log);
  p.fetcher.schedule(log);
}

void News::log_whole(Log& log) {
  Parts& p = parts_;
  p.effects.emit({Event::Kind::kLogAdvanced, {}, log.id(), log.state().whole->size, {}});
  for (const Offer& offer : p.offers.take_reached(log)) p.forks.check_old_head(offer);
  if (p.logs.is_own(log.id())) p.brought.compare();
  p.cosignatures.log_whole(log);
  p.cosigning.look_at(log.id());
}

void News::policy_changed(const TrustChange& change) {
  Parts& p = parts_;
  if (!change.added.empty()) p.asks.add_for_all(change.added);
  if (!change.added.empty()) p.cosignatures.cosigners_trusted(change.added);
  for (const LogId& id : change.added) enters_policy(id);
  for (const LogId& id : change.removed) leaves_policy(id);
  if (!change.removed.empty()) p.asks.forget_outside(p.trust);
  // What of them was missing when they left is looked for now; by a peer that comes later, when it is ready.
  if (p.links.all().empty()) return;
  for (const LogId& id : change.added) {
    if (Log* log = p.logs.find(id); log != nullptr) p.bodies.look_for(*log);
  }
}

void News::rolled_back(const NodeKey& peer, const std::string& how) { parts_.standing.epoch_lost(how, peer); }

void News::store_back() {
  Parts& p = parts_;
  p.seen.store_again();
  p.forks.store_again();
  p.rotation.store_again();
  p.recovery.store_again();
  p.asks.store_again();
  p.cosignatures.store_again();
  p.fetcher.schedule_all();
  p.bodies.look_for_all();
  p.filtering.apply();
}

void News::enters_policy(const LogId& id) {
  Parts& p = parts_;
  p.admission.begin_admitted(id);
  p.logs.relist(id);
  if (p.forks.has_evidence(id)) p.forks.tell_everyone(id);
  Log* log = p.logs.find(id);
  if (log == nullptr) return;
  p.cosigning.look_at(id);
  p.bodies.read_again(*log);
  p.admission.readmit_if_out(*log);
}

// Nothing more is taken or given of it.
void News::leaves_policy(const LogId& id) {
  Parts& p = parts_;
  p.admission.begin_outside(id);
  p.logs.relist(id);
  Log* log = p.logs.find(id);
  if (log == nullptr) return;
  p.fetcher.abandon(*log);
  p.offers.settle(*log);
  p.bodies.begin_anew(*log);
  p.admission.keep_for_grace(*log);
}

void News::commit_ended(std::uint64_t commit, const LogId& log, JournalSeq row) {
  const std::vector<LogId> entered = parts_.journal.end_commit(commit, log, row);
  if (!entered.empty()) parts_.broadcast.announce(entered);
}

void News::log_removed(Log& log) {
  Parts& p = parts_;
  p.effects.emit({Event::Kind::kRemoved, {}, log.id(), log.held(), {}});
  p.journal.forget(log);
  p.seen.note_removed(log);
  p.cosigned.forget(log.id());
  p.cosigning.forget(log.id());
  p.cosignatures.forget(log.id());
  p.logs.forget(log);
  p.follower.forget(log);
  p.bodies.forget(log);
  p.intake.forget(log);
  p.files.end_of(log.id(), std::nullopt);
  p.admission.forget(log.id());
  if (!p.logs.admits(log.id())) return;
  p.asks.add_for_all({log.id()});
  p.fetcher.schedule(log);
}

// After a recovery no head vouches for what is held: it may be a branch of whoever had the key.
void News::run_contradicts(Log& log, const RunVerified& run) {
  if (log.stands_unsigned() && !parts_.recovery.is_what_stands(log)) return parts_.recovery.begin_anew(log);
  parts_.forks.check_run(log, run);
}

void News::file_came(const AttachmentId& id, std::optional<std::uint32_t> stored) {
  parts_.file_serving.wake(id, stored);
}

}  // namespace koinon::engine
