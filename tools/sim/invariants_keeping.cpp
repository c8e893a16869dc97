// Invariants of what a node keeps: logs, erased bodies, forks, quotas, connections.
#include <algorithm>

#include "proto/base/limits.h"
#include "tools/sim/invariants.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::minutes kAgain{1};
constexpr std::size_t kFailures = 3;                          // so many in a minute cannot be chance
constexpr std::chrono::seconds kGraceRounding{5};             // of a grace time
constexpr std::uint64_t kOverQuota = limits::kInFlightBytes;  // may be on its way when the quota is reached

}  // namespace

void Invariants::clock_jumped(SimNode& node) {
  policies_[node.index()].jumped_at = schedule_.now();
  policy_changed(node);
}

void Invariants::check_event(SimNode& node, const Event& event) {
  if (event.kind == Event::Kind::kStoreFailed) check_store_failed(node, event);
  if (event.kind == Event::Kind::kSessionReady) {
    if (SimNode* peer = node_of(event.peer); peer != nullptr) forks_.session_ready(node, *peer);
  }
  if (event.kind != Event::Kind::kDistrusted) return;
  auto& out_at = keeping_[node.index()].out_at;
  // The log may have been back in policy for some time, and the power cut may have lost that. Then its grace
  // time counts from before.
  const auto held = node.store().log_state(event.log);
  if (held.ok() && held->out_since) {
    out_at.emplace(event.log, node.ran());
  } else {
    out_at.insert_or_assign(event.log, node.ran());
  }
}

// The removal of a log has been committed.
void Invariants::check_removal(SimNode& node, const LogId& log) {
  const std::string name = truth_.known(log) ? truth_.log(log).identity.name : "nobody";
  const Policy& policy = policy_of(node);
  const auto entered = policy.entered_at.find(log);
  if (policy.trusted.contains(log) && entered != policy.entered_at.end() &&
      schedule_.now() - entered->second > lag(policy)) {
    fail(node, "removed the log of " + name + ", which its policy admits");
  }
  const auto& out_at = keeping_[node.index()].out_at;
  const auto out = out_at.find(log);
  if (out == out_at.end()) return fail(node, "removed the log of " + name + ", which never left its policy");
  const MonoTime ran = node.ran() - out->second;
  if (ran + kGraceRounding < keeping_rules_.grace) {
    fail(node, "removed the log of " + name + " when it had run for " + clock_text(ran) +
                   " since that left its policy");
  }
}

// If the withdrawal that erases a body is here, the body is not.
void Invariants::check_erased(SimNode& node, const LogId& log, EntryIndex index) {
  if (!truth_.known(log) || !truth_.log(log).stands()) return;
  const auto& records = truth_.log(log).records();
  if (index.value >= records.size() || !records[index.value].erased_by) return;
  const auto held = node.store().log_state(log);
  const EntryIndex by = *records[index.value].erased_by;
  if (!held.ok() || held->range.size().value <= by.value) return;
  // Until it hears that the log was taken back, what it holds may be a thief's branch, or what is void.
  const auto withdrawal = node.store().entry(log, by);
  if (!withdrawal.ok() || *withdrawal != records[by.value].entry) return;
  const auto record = node.store().record(log, index);
  if (record.ok() && !record->body.empty()) {
    fail(node, "holds the body of entry " + std::to_string(index.value) + " of " +
                   truth_.log(log).identity.name + " again, which was erased");
  }
}

void Invariants::check_quota(SimNode& node, const LogId& log, std::uint64_t bytes) {
  if (keeping_rules_.log_bytes == 0 || log == node.log() || !truth_.known(log)) return;
  if (bytes > keeping_rules_.log_bytes + kOverQuota)
    fail(node, "holds " + std::to_string(bytes) + " bytes of the log of " + truth_.log(log).identity.name);
}

// One failure may be chance: a log was removed while something of it was on its way.
void Invariants::check_store_failed(SimNode& node, const Event& event) {
  auto& failures = keeping_[node.index()].failures;
  if (!node.has_space()) return failures.clear();
  failures.push_back(schedule_.now());
  while (schedule_.now() - failures.front() > kAgain) failures.pop_front();
  if (failures.size() >= kFailures) fail(node, "takes its store for broken: " + event.text);
}

void Invariants::check_shunned() {
  for (const auto& node : nodes_) {
    if (!node->up() || node->liar() != nullptr) continue;
    for (SimNode* peer : node->peers()) {
      if (peer->liar() == nullptr && node->engine().shuns(node->now(), peer->node_key()))
        fail(*node, "shuns the honest " + peer->name());
    }
  }
}

void Invariants::check_race(SimNode& a, SimNode& b, const Fabric& fabric, std::uint64_t opened_before) {
  const std::size_t open = fabric.between(a.index(), b.index()).size();
  const std::uint64_t opened = fabric.dealings(a.index(), b.index()).opened - opened_before;
  if (open == 1 && opened <= 2) return;
  fail(a, "and " + b.name() + " dialled each other, and have " + std::to_string(open) +
              " connections now, after " + std::to_string(opened));
}

void Invariants::check_connected(SimNode& node, std::vector<Broken>& out) {
  std::map<NodeKey, std::size_t> sessions;
  for (const SessionInfo& session : node.engine().sessions()) sessions[session.peer] += session.ready ? 1 : 0;
  for (SimNode* peer : node.peers()) {
    if (!peer->up() || peer->liar() != nullptr || !peer->peers_with(node) || !peer->can_meet(node)) continue;
    const std::size_t ready = sessions[peer->node_key()];
    if (ready == 1 || out.size() >= kMostLacking) continue;
    out.push_back(
        {schedule_.now(), node.name(), "has " + std::to_string(ready) + " connections with " + peer->name()});
  }
}

void Invariants::check_cosigned(SimNode& node, std::vector<Broken>& out) const {
  if (!truth_.log(node.log()).stands()) return;
  for (std::string& what : cosigned_.lacking(node)) {
    if (out.size() < kMostLacking) out.push_back({schedule_.now(), node.name(), std::move(what)});
  }
}

bool Invariants::contradict(SimNode& a, SimNode& b, const LogId& log) {
  const auto one = a.store().log_state(log);
  const auto other = b.store().log_state(log);
  if (!one.ok() || !other.ok() || !one->whole || !other->whole) return false;
  const TreeSize shared(std::min(one->whole->size.value, other->whole->size.value));
  return *a.store().root_at(log, shared) != *b.store().root_at(log, shared);
}

void Invariants::check_forks(std::vector<Broken>& out) {
  for (const auto& [id, log] : truth_.logs()) {
    if (log.histories.size() < 2) continue;
    for (const auto& node : nodes_) {
      if (!node->up() || node->liar() != nullptr || !policy_of(*node).trusted.contains(id)) continue;
      for (SimNode* peer : node->peers()) {
        if (!peer->up() || peer->liar() != nullptr || !peer->peers_with(*node) || !peer->can_meet(*node) ||
            !policy_of(*peer).trusted.contains(id) || !contradict(*node, *peer, id)) {
          continue;
        }
        const auto mine = node->store().log_state(id);
        if (mine->frozen && !node->store().evidence(id)->empty()) continue;
        const auto theirs = peer->store().log_state(id);
        out.push_back({schedule_.now(), node->name(),
                       "has not noticed that " + peer->name() + " holds another history of " +
                           log.identity.name + " (" + std::to_string(mine->whole->size.value) + " and " +
                           std::to_string(theirs->whole->size.value) + " entries, " +
                           (node->connected_to(*peer) ? "connected" : "not connected") +
                           (theirs->frozen ? ", frozen there" : "") + ")"});
      }
    }
  }
}

}  // namespace koinon::sim
