#include "tools/sim/keys_seen.h"

namespace koinon::sim {

std::optional<std::string> KeysSeen::stored(const SimNode& node, const IntentBody& body, const Truth& truth) {
  if (const auto* stated = std::get_if<CommitStatements>(&body)) {
    if (!truth.known(stated->log)) return std::nullopt;
    const LogIdentity& identity = truth.log(stated->log).identity;
    const auto keys = KeyHistory::kept(identity, stated->notes);
    if (!keys.ok()) return "stores statements of " + identity.name + " that lead nowhere";
    KeyHistory& before = stated_[{node.index(), stated->log}];
    if (before.changes().size() > keys->changes().size())
      return "forgets a statement about the keys of " + identity.name;
    before = *keys;
    return std::nullopt;
  }
  if (const auto* recovered = std::get_if<CommitRecovery>(&body)) {
    if (!truth.known(recovered->recovery.log)) return std::nullopt;
    const LogIdentity& identity = truth.log(recovered->recovery.log).identity;
    const auto keys = KeyHistory::kept(identity, recovered->recovery.notes);
    if (!keys.ok()) return "stores a recovery of " + identity.name + " that leads nowhere";
    KeyHistory& before = stated_[{node.index(), recovered->recovery.log}];
    if (before.recoveries() > keys->recoveries()) return "forgets a recovery of " + identity.name;
    before = *keys;
    return std::nullopt;
  }
  if (const auto* commit = std::get_if<CommitRun>(&body))
    return believed(node, commit->run.log, commit->run.head.note);
  if (const auto* seen = std::get_if<CommitSeen>(&body))
    return believed(node, seen->seen.log, seen->seen.head.note);
  return std::nullopt;
}

// Whether the key had the word is asked here, and not where the node asks it.
std::optional<std::string> KeysSeen::believed(const SimNode& node, const LogId& log, BytesView note) const {
  const auto known = stated_.find({node.index(), log});
  if (known == stated_.end()) return std::nullopt;
  // A key that is not known here is a later one: of a commit in which the power went nobody tells us.
  const auto head = known->second.open_any_head(note);
  if (!head.ok() || (head->had_word && head->recoveries == known->second.recoveries())) return std::nullopt;
  return "believes a head of " + known->second.identity().name + " by a key that it knows to be replaced";
}

void KeysSeen::began(SimNode& node) {
  std::erase_if(stated_, [&](const auto& one) { return one.first.first == node.index(); });
  const auto state = node.store().load_state();
  if (!state.ok()) return;
  for (const LogState& log : state->logs) {
    if (!log.keys.changes().empty()) stated_.insert_or_assign({node.index(), log.id}, log.keys);
  }
}

}  // namespace koinon::sim
