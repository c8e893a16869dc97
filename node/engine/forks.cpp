#include "node/engine/forks.h"

#include <algorithm>
#include <utility>

#include "crypto/proof.h"
#include "proto/base/limits.h"

namespace koinon::engine {
namespace {

std::string contradiction_of(const Log& log, ForkKind kind) {
  const std::string& name = log.state().identity().name;
  switch (kind) {
    case ForkKind::kTwoHeads:
      return "two signed heads of " + name + " contradict each other; its log is frozen";
    case ForkKind::kTwoKeys:
      return "two statements about the signing key of " + name + " contradict each other; its log is frozen";
    case ForkKind::kTwoRecoveries:
      return "two recoveries of the log of " + name +
             " contradict each other; it is frozen for good, and only a new log helps";
  }
  return {};
}

}  // namespace

Forks::Forks(Effects& effects, StoreHealth& store, Logs& logs, Links& links, Journal& journal,
             Cursors& cursors, Offers& offers, Fetcher& fetcher, EvidenceTelling& telling, News& news)
    : effects_(effects),
      store_(store),
      logs_(logs),
      links_(links),
      journal_(journal),
      cursors_(cursors),
      offers_(offers),
      fetcher_(fetcher),
      telling_(telling),
      news_(news) {}

// --- two statements ---

// Of a history that the operator knows of others may offer more: beside what is offered by others it says
// nothing. If it is not what we hold, our own heads show that.
bool Forks::freeze_if_forked(Log& log, const Offer& offer, const std::vector<StoredHead>& others) {
  if (!counts(offer)) return false;
  std::vector<const StoredHead*> ours;
  std::vector<const StoredHead*> shown;
  for (const StoredHead& other : others) shown.push_back(&other);
  if (log.state().whole) ours.push_back(&*log.state().whole);
  if (log.state().seen) ours.push_back(&*log.state().seen);
  for (const auto& [source, other] : offers_.all(log)) {
    if (fetcher_.is_verified(log, source)) shown.push_back(&other.head);
  }
  const auto differs = [&](const StoredHead& head) {
    return head.size == offer.head.size && head.root != offer.head.root;
  };
  bool is_refused = false;
  for (const StoredHead* head : ours) {
    if (!differs(*head)) continue;
    is_refused = true;
    const Bytes note = head->note;
    if (keep(log, offer.head.size, {note, {}}, {offer.head.note, {}})) return true;
  }
  const bool is_known_branch = is_remembered(log.id(), {offer.head.size, offer.head.root});
  for (const StoredHead* head : shown) {
    if (!differs(*head)) continue;
    if (!is_known_branch && is_remembered(log.id(), {head->size, head->root})) continue;
    is_refused = true;
    if (is_known_branch) break;
    const Bytes note = head->note;
    if (keep(log, offer.head.size, {note, {}}, {offer.head.note, {}})) return true;
  }
  return is_refused;
}

void Forks::check_old_head(const Offer& offer, std::function<void(bool)> then) {
  const Log& log = logs_.at(offer.log);
  if (log.state().whole && offer.head.size == log.state().whole->size) {
    if (then) then(true);
    return cursors_.settle(offer.source, offer.log, offer.row);
  }
  // Until then it counts as unverified: what waits for the store is bounded with what waits for a check.
  if (Link* link = links_.find(offer.source); link != nullptr) ++link->unverified;
  effects_.ask(ReadRoot{offer.log, offer.head.size}, [this, offer, then](const Result<Hash>& answer) {
    if (Link* link = links_.find(offer.source); link != nullptr) --link->unverified;
    if (then) then(answer.ok());
    if (answer.ok() && *answer != offer.head.root && counts(offer)) return old_head_differs(offer);
    cursors_.settle(offer.source, offer.log, offer.row);
  });
}

// Not: the log was taken back since, and its heads of before are no evidence.
bool Forks::counts(const Offer& offer) const {
  return offer.recoveries == logs_.at(offer.log).state().keys.recoveries();
}

// Its row is settled once the evidence is on its way to the store: the cursor, which follows it there, must
// not pass what could still be forgotten.
void Forks::old_head_differs(const Offer& offer) {
  const LogState& state = logs_.at(offer.log).state();
  if (!state.seen) return cursors_.settle(offer.source, offer.log, offer.row);
  // Ours is the prefix in the tree of `seen`, of which only `held` entries may be here.
  const TreeSize held = state.range.size();
  effects_.ask(ReadProof{offer.log, EntryIndex(offer.head.size.value), 0, held},
               [this, offer, held, seen = *state.seen, outer = state.seen_right](Result<RunProof> answer) {
                 if (answer.ok() && counts(offer)) {
                   RunProof ours = std::move(*answer);
                   ours.right = join_right(offer.head.size, held, seen.size, ours.right, outer);
                   (void)keep(logs_.at(offer.log), offer.head.size, {seen.note, ours}, {offer.head.note, {}});
                 }
                 cursors_.settle(offer.source, offer.log, offer.row);
               });
}

void Forks::check_run(Log& log, const RunVerified& run) {
  const StoredHead target = fetcher_.current(log)->target;
  const SessionId source = fetcher_.current(log)->source;
  const LogState& state = log.state();
  if (!state.seen) return refuse_source(log, source);
  const EntryIndex from(state.range.size().value);
  const RunProof theirs{run.left, prefix_right(from, run.leaves, target.size, run.right)};
  const RunProof ours{state.range.hashes(), state.seen_right};
  if (!keep(log, state.range.size(), {state.seen->note, ours}, {target.note, theirs}))
    refuse_source(log, source);
}

// It offers the other branch of a fork that the operator knows; others may offer ours.
void Forks::refuse_source(Log& log, SessionId source) {
  fetcher_.abandon(log);
  if (const Offer* offered = offers_.of(log, source); offered != nullptr) {
    const Offer offer = *offered;
    offers_.drop(log, source);
    cursors_.settle(source, log.id(), offer.row);
  }
  fetcher_.schedule(log);
}

// --- evidence ---

bool Forks::keep(Log& log, TreeSize at, const SignedTree& ours, const SignedTree& theirs) {
  if (log.state().frozen) return true;
  const v1::Evidence evidence = make_evidence(log.state().keys, at, ours, theirs);
  if (is_known(log, mark_of(evidence))) return false;
  freeze(log, evidence, {}, ForkKind::kTwoHeads);
  return true;
}

void Forks::keep_statements(Log& log, const KeyHistory& told) {
  const bool for_good = compare(log.state().keys, told) == KeyOrder::kContradictForGood;
  if (log.state().frozen && !for_good) return;
  const auto evidence = make_evidence(log.state().keys, told);
  if (!evidence || is_known(log, mark_of(*evidence))) return;
  if (for_good) return keep_for_good(log, *evidence, {});
  freeze(log, *evidence, {}, ForkKind::kTwoKeys);
}

// It is frozen already, by what the operator might thaw; this nobody thaws. One is enough.
void Forks::keep_for_good(Log& log, const v1::Evidence& evidence, const NodeKey& teller) {
  if (!std::exchange(log.forks->for_good, true)) freeze(log, evidence, teller, ForkKind::kTwoRecoveries);
}

void Forks::freeze(Log& log, const v1::Evidence& evidence, const NodeKey& teller, ForkKind kind) {
  const LogId id = log.id();
  logs_.freeze(log);
  fetcher_.abandon(log);
  commit(id, evidence.SerializeAsString(),
         Event{Event::Kind::kForked, teller, id, TreeSize(evidence.at()), contradiction_of(log, kind), kind});
  // Nothing more is taken of it, so no cursor need wait for it once the evidence is kept.
  offers_.settle(log);
}

// Where the log stands whole it makes a new row: with it everybody who follows us gets the evidence. Where
// the store is full it is given to it again, for it must never be forgotten. `event` is told once it is kept,
// or never will be.
void Forks::commit(const LogId& id, const Bytes& evidence, std::optional<Event> event) {
  EvidenceCommit commit;
  commit.log = id;
  commit.evidence = evidence;
  const std::uint64_t number = journal_.begin_commit();
  unkept_[id] = {evidence, std::move(event), number, false};
  cursors_.hold(id, Cursors::Untaken::kEvidence);
  effects_.ask(CommitEvidence{std::move(commit), logs_.is_own(id)},
               [this, id, number](const Result<RunStored>& answer) { on_committed(id, number, answer); });
}

void Forks::on_committed(const LogId& id, std::uint64_t number, const Result<RunStored>& answer) {
  news_.commit_ended(number, id, answer.ok() ? answer->journal_seq : JournalSeq(0));
  const auto place = unkept_.find(id);
  if (place == unkept_.end() || place->second.number != number) return;  // the log was taken back since
  const bool again =
      !answer.ok() && (answer.error().code == Code::kDiskFull || answer.error().code == Code::kIo);
  if (again) {
    place->second.refused = true;
    return store_.note_failure(id, answer.error());
  }
  const Unkept kept = std::move(unkept_.extract(place).mapped());
  if (kept.event) effects_.emit(*kept.event);
  cursors_.let_go(id, Cursors::Untaken::kEvidence);
  if (!answer.ok()) return store_.note_failure(id, answer.error());
  // Without a row nothing else would tell those who follow us; and its author hears of it at once.
  if (answer->journal_seq.value == 0) return tell_everyone(id);
  for (const auto& [session, link] : links_.all()) {
    if (link->ready && link->peer_log == id) tell(*link, id);
  }
}

// What is on its way to the store goes there before the recovery, which takes it away.
void Forks::forget(Log& log) {
  if (unkept_.erase(log.id()) > 0) cursors_.let_go(log.id(), Cursors::Untaken::kEvidence);
  thawed_.erase(log.id());
  log.forks->for_good = false;
  telling_.forget(log.id());
  for (const auto& [session, link] : links_.all()) link->forks->shown.erase(log.id());
}

void Forks::store_again() {
  for (auto& [id, unkept] : std::map<LogId, Unkept>(unkept_)) {
    if (unkept.refused) commit(id, unkept.evidence, std::move(unkept.event));
  }
  for (const LogId& id : std::exchange(unread_, {})) look_again(id);
}

// --- the operator's word ---

void Forks::remember(const std::vector<ThawedEvidence>& thawed) {
  for (const ThawedEvidence& one : thawed) thawed_[one.log].push_back(one.mark);
}

void Forks::note_for_good(Log& log) { log.forks->for_good = true; }

std::vector<LogId> Forks::thawed() const {
  std::vector<LogId> out;
  for (const auto& [log, marks] : thawed_) out.push_back(log);
  return out;
}

void Forks::look_again(const LogId& id) {
  effects_.ask(ReadEvidence{id}, [this, id](const Result<EvidenceRead>& answer) {
    if (answer.ok()) return on_looked(id, *answer);
    unread_.insert(id);
    store_.note_failure(id, answer.error());
  });
}

// What is on its way to the store freezes the log, too.
void Forks::on_looked(const LogId& id, const EvidenceRead& read) {
  Log* log = logs_.find(id);
  if (log == nullptr || logs_.is_own(id)) return;
  std::vector<EvidenceMark> thawed;
  for (const KeptEvidence& one : read.evidence) {
    if (one.thawed) thawed.push_back(mark_of(one.bytes));
  }
  if (thawed.empty()) return;  // the log was taken back meanwhile
  thawed_[id] = std::move(thawed);
  if (freezes(read.evidence) || unkept_.contains(id) || !log->state().frozen) return;
  logs_.thaw(*log);
  for (const auto& [session, link] : links_.all()) link->forks->shown.erase(id);
  news_.log_thawed(*log);
}

bool Forks::is_remembered(const LogId& log, const HeadPoint& head) const {
  const auto thawed = thawed_.find(log);
  if (thawed == thawed_.end()) return false;
  return std::any_of(thawed->second.begin(), thawed->second.end(), [&](const EvidenceMark& one) {
    return std::find(one.heads.begin(), one.heads.end(), head) != one.heads.end();
  });
}

// A head that thawed evidence names is of a history that the operator knows of, or ours. Set against another
// one that he knows, or against ours, it says nothing new. Set against a third one it may: that need not be
// ours, and nothing but this evidence may ever show it here.
bool Forks::is_known(const Log& log, const EvidenceMark& mark) const {
  const auto thawed = thawed_.find(log.id());
  if (thawed == thawed_.end()) return false;
  const auto is_same = [&](const EvidenceMark& one) { return one.digest == mark.digest; };
  if (std::any_of(thawed->second.begin(), thawed->second.end(), is_same)) return true;
  const auto is_ours = [&](const HeadPoint& head) {
    const auto is_it = [&](const std::optional<StoredHead>& held) {
      return held && held->size == head.size && held->root == head.root;
    };
    return is_it(log.state().whole) || is_it(log.state().seen);
  };
  const auto counts = [&](const HeadPoint& head) { return is_ours(head) || is_remembered(log.id(), head); };
  const auto remembered = [&](const HeadPoint& head) { return is_remembered(log.id(), head); };
  return std::any_of(mark.heads.begin(), mark.heads.end(), remembered) &&
         std::all_of(mark.heads.begin(), mark.heads.end(), counts);
}

// One of its two heads is remembered. The other one, which is returned, is known if it is of the history that
// is held here: the store can say.
std::optional<HeadPoint> Forks::may_be_ours(const Log& log, const EvidenceMark& mark) const {
  if (mark.heads.size() != 2) return std::nullopt;
  const bool first = is_remembered(log.id(), mark.heads[0]);
  if (first == is_remembered(log.id(), mark.heads[1])) return std::nullopt;
  const HeadPoint& other = mark.heads[first ? 1 : 0];
  return other.size <= log.held() ? std::optional(other) : std::nullopt;
}

}  // namespace koinon::engine
