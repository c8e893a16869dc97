// What peers show of forks, and are shown.
#include <algorithm>
#include <utility>

#include "node/engine/forks.h"
#include "proto/base/limits.h"

namespace koinon::engine {
namespace {

// So many that said nothing new are remembered of a session.
constexpr std::size_t kIdleRemembered = 8;
// So many bytes of evidence weigh as much as one head whose signature is to be checked.
constexpr std::size_t kBytesOfOneCheck = 256;

// What is checked, or waits for it, is bounded with the heads that are.
std::size_t weight_of(const v1::Evidence& evidence) { return 1 + evidence.ByteSizeLong() / kBytesOfOneCheck; }

}  // namespace

// --- what peers are shown ---

// The log's author is told whether or not we still admit it.
bool Forks::may_be_told(const Link& link, const LogId& log) const {
  return link.ready && has_evidence(log) && (link.peer_log == log || logs_.admits(log));
}

void Forks::tell_all(Link& link) {
  for (const LogId& log : logs_.frozen()) {
    if (may_be_told(link, log)) tell(link, log);
  }
  for (const auto& [log, marks] : thawed_) {
    if (may_be_told(link, log)) tell(link, log);
  }
}

void Forks::tell_everyone(const LogId& log) {
  for (const auto& [session, link] : links_.all()) {
    if (may_be_told(*link, log)) tell(*link, log);
  }
}

void Forks::tell_by_name(Link& link, const LogId& log) {
  if (may_be_told(link, log)) telling_.tell_by_name(link, log);
}

// --- what they show ---

void Forks::on_evidence(Link& link, const v1::Evidence& evidence) {
  if (evidence.log_id().size() != LogId::kSize)
    return links_.end_for_lie(link, fail(Code::kMalformed, "it has not 32 bytes", "evidence.log_id"));
  const LogId id = LogId::from(evidence.log_id());
  if (!logs_.admits(id)) return;
  const Log* log = logs_.find(id);
  if (log != nullptr && log->forks->for_good) return;
  if (is_idle(link, id, evidence)) return;
  // What more there is of a log that is frozen already is looked at a few times only.
  if (log != nullptr && log->state().frozen && ++link.forks->shown[id] > limits::kEvidenceOfFrozen) return;
  link.unverified += weight_of(evidence);
  const Judged judged{link.id, id};
  const auto [place, is_first] = judging_.try_emplace(judged);
  if (is_first) return judge(judged, evidence);
  if (place->second) link.unverified -= weight_of(*place->second);
  place->second = evidence;
}

// Whether it need not be verified: it said nothing new when this session showed it before, or this session
// has shown too much that said nothing new.
bool Forks::is_idle(Link& link, const LogId& id, const v1::Evidence& evidence) const {
  const auto& idle = link.forks->idle;
  if (idle.empty()) return false;
  if (const auto shown = link.forks->shown.find(id);
      shown != link.forks->shown.end() && shown->second > limits::kEvidenceOfFrozen)
    return true;
  return std::find(idle.begin(), idle.end(), mark_of(evidence).digest) != idle.end();
}

void Forks::note_idle(SessionId source, const LogId& id, const EvidenceMark& mark) {
  Link* link = links_.find(source);
  if (link == nullptr) return;
  ++link->forks->shown[id];
  link->forks->idle.push_back(mark.digest);
  if (link->forks->idle.size() > kIdleRemembered) link->forks->idle.pop_front();
}

// One at a time of each session and log, so that what is false does not stand before what is true of others.
void Forks::judge(const Judged& judged, v1::Evidence evidence) {
  const std::size_t weight = weight_of(evidence);
  effects_.ask(VerifyEvidence{std::move(evidence)},
               [this, judged, weight](const Result<EvidenceVerified>& answer) {
                 if (Link* link = links_.find(judged.first); link != nullptr) link->unverified -= weight;
                 on_judged(judged, answer);
                 const auto place = judging_.find(judged);
                 if (!place->second) {
                   judging_.erase(place);
                   return;
                 }
                 judge(judged, *std::exchange(place->second, std::nullopt));
               });
}

void Forks::on_judged(const Judged& judged, const Result<EvidenceVerified>& answer) {
  Link* teller = links_.find(judged.first);
  if (answer.ok()) return weigh(judged, *answer);
  if (teller != nullptr) links_.end_for_lie(*teller, answer.error());
}

// Nothing need be known of the log: that it has forked is worth knowing first.
void Forks::weigh(const Judged& judged, const EvidenceVerified& shown) {
  const auto& [source, id] = judged;
  if (!logs_.admits(id)) return;
  const std::uint64_t recoveries = logs_.keys_of(id, shown.keys.identity()).recoveries();
  if (shown.keys.recoveries() < recoveries && !shown.for_good) return note_idle(source, id, shown.mark);
  Link* teller = links_.find(source);
  if (teller != nullptr) telling_.note_shown(*teller, id, shown.mark.digest);
  Log& log = log_of(shown.keys.identity(), id);
  // It shows a recovery that we had not seen.
  if (shown.keys.recoveries() > recoveries)
    news_.keys_told(id, shown.keys, teller == nullptr ? NodeKey() : teller->peer);
  if (log.state().frozen && !shown.for_good) return;
  if (is_known(log, shown.mark)) return note_idle(source, id, shown.mark);
  const auto other = may_be_ours(log, shown.mark);
  if (!other) return take(judged, shown, true);
  effects_.ask(ReadRoot{id, other->size},
               [this, judged, shown, root = other->root](const Result<Hash>& ours) {
                 take(judged, shown, !ours.ok() || *ours != root);
               });
}

// The log may have been taken back, removed or frozen while the store was read.
void Forks::take(const Judged& judged, const EvidenceVerified& shown, bool is_new) {
  const auto& [source, id] = judged;
  Log& log = logs_.at(id);
  if (!is_new) return note_idle(source, id, shown.mark);
  if (shown.keys.recoveries() < log.state().keys.recoveries() && !shown.for_good) return;
  const Link* teller = links_.find(source);
  const NodeKey from = teller == nullptr ? NodeKey() : teller->peer;
  if (shown.for_good) return keep_for_good(log, shown.normal, from);
  if (!log.state().frozen)
    freeze(log, shown.normal, from, shown.of_statements ? ForkKind::kTwoKeys : ForkKind::kTwoHeads);
}

// Of a log that was frozen when we started nothing may be known but that.
Log& Forks::log_of(const LogIdentity& identity, const LogId& id) {
  if (Log* known = logs_.find(id); known != nullptr && known->has_identity()) return *known;
  Log& log = logs_.create(identity, id);
  news_.log_begun(id);
  return log;
}

}  // namespace koinon::engine
