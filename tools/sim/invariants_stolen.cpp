// Invariants of logs whose keys were stolen: who finds two histories, who is frozen, what a recovery thaws
// and keeps.
#include <algorithm>

#include "tools/sim/invariants.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

// So long after its policy has admitted a log a node knows what its peers hold of it.
constexpr std::chrono::minutes kAdmittedLong{5};

}  // namespace

void Invariants::taken_back(SimNode& node) {
  seen_.taken_back(node.log());
  store_changed(node);
}

// Before the commit: what each of the recoveries keeps of what is held, whichever the store goes by.
void Invariants::committing(SimNode& node, const IntentBody& body) {
  const auto* commit = std::get_if<CommitRecovery>(&body);
  if (commit == nullptr) return;
  const RecoveryCommit& recovery = commit->recovery;
  TreeSize& standing = keeping_[node.index()].standing[recovery.log];
  standing = TreeSize(0);
  const auto held = node.store().log_state(recovery.log);
  if (!held.ok()) return;
  const auto keys = KeyHistory::kept(held->identity(), recovery.notes);
  if (!keys.ok()) return;
  for (const KeyHistory::Change& change : keys->changes()) {
    const Statement& kept = change.statement;
    if (!change.is_recovery || kept.size > held->range.size()) continue;
    // A head of the city's contradicts what is held: that much of it is another branch.
    if (recovery.anew && kept.size == held->range.size()) continue;
    if (*node.store().root_at(recovery.log, kept.size) == kept.root) standing = std::max(standing, kept.size);
  }
}

void Invariants::check_recovered(SimNode& node, const LogId& log) {
  const TreeSize standing = keeping_[node.index()].standing[log];
  const auto held = node.store().log_state(log);
  if ((held.ok() ? held->range.size() : TreeSize(0)) >= standing) return;
  fail(node, "lost entries of " + (truth_.known(log) ? truth_.log(log).identity.name : "nobody") +
                 " that a recovery keeps");
}

// Of a log of which a thief has signed entries: what the author's store has beyond what it is known to have
// signed came from others, and it goes on with that.
void Invariants::adopt(SimNode& node, const std::vector<StoredRecord>& records) {
  const LogId id = node.log();
  const auto& said = truth_.log(id).records();
  const std::uint64_t first = records.front().index.value;
  std::uint64_t from = std::min<std::uint64_t>(first, said.size());
  while (from > 0 && *node.store().entry(id, EntryIndex(from - 1)) != said[from - 1].entry) --from;
  std::vector<StoredRecord> all;
  for (std::uint64_t i = from; i < first; ++i) all.push_back(*node.store().record(id, EntryIndex(i)));
  all.insert(all.end(), records.begin(), records.end());
  truth_.adopted(id, all);
}

// How often a log was taken back, by what the node's store has.
std::uint64_t Invariants::recoveries_known(SimNode& node, const LogId& log) const {
  if (const auto held = node.store().log_state(log); held.ok()) return held->keys.recoveries();
  const auto state = node.store().load_state();
  if (!state.ok() || !truth_.known(log)) return 0;
  for (const KeptStatements& kept : state->statements) {
    if (kept.log != log) continue;
    const auto keys = KeyHistory::kept(truth_.log(log).identity, kept.notes);
    return keys.ok() ? keys->recoveries() : 0;
  }
  return 0;
}

// Evidence is kept. It is true where the author signs two histories, had to fork its log, or was robbed under
// the origin that the node knows.
void Invariants::check_freeze(SimNode& node, const LogId& log) {
  const std::uint64_t recoveries = recoveries_known(node, log);
  keeping_[node.index()].frozen.insert_or_assign(log, recoveries);
  if (!truth_.known(log)) return fail(node, "froze a log that nobody has");
  const AuthoredLog& authored = truth_.log(log);
  if (authored.honest && !authored.stolen_origins.contains(recoveries))
    fail(node, "froze the log of " + authored.identity.name + ", whose keys nobody has stolen");
}

// Evidence of a fork that was kept once is kept until the log is taken back, even if nothing of the log is
// held. `restarted`: its engine knows what its store has.
void Invariants::check_frozen(SimNode& node, bool restarted) {
  if (!node.up()) return;
  auto& frozen = keeping_[node.index()].frozen;
  std::erase_if(frozen, [&](const auto& one) { return recoveries_known(node, one.first) > one.second; });
  for (const auto& [log, recoveries] : frozen) {
    const bool known = truth_.known(log);
    const std::string name = known ? truth_.log(log).identity.name : "nobody";
    const auto evidence = node.store().evidence(log);
    if (!evidence.ok() || evidence->empty()) fail(node, "lost its evidence against " + name);
    const bool may_be_thawing = !restarted && known && truth_.log(log).recoveries > recoveries;
    if (!may_be_thawing && !node.engine().standing(log).frozen) fail(node, "has thawed the log of " + name);
  }
}

// An engine asks by name for what its policy admits now.
bool Invariants::has_long_admitted(SimNode& node, const LogId& log) {
  const Policy& policy = policy_of(node);
  if (!policy.trusted.contains(log)) return false;
  const auto entered = policy.entered_at.find(log);
  return entered == policy.entered_at.end() || schedule_.now() - entered->second >= kAdmittedLong;
}

// --- texts ---

void Invariants::published(SimNode& node, const RunCommit& run) {
  texts_.signed_own(node, run.withdrawals);
  forks_.log_grown(node, run.log);
}

void Invariants::recovered(SimNode& node, const RecoveryCommit& recovery) {
  if (const auto wrong = texts_.recovered(node, recovery)) fail(node, *wrong);
}

void Invariants::look_at_stolen() {
  forks_.look();
  for (const auto& node : nodes_) {
    if (!node->up() || node->liar() != nullptr) continue;
    if (const auto wrong = texts_.left_over(*node)) fail(*node, *wrong);
  }
}

}  // namespace koinon::sim
