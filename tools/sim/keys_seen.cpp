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
  const auto* commit = std::get_if<CommitRun>(&body);
  if (commit == nullptr) return std::nullopt;
  const auto known = stated_.find({node.index(), commit->run.log});
  if (known == stated_.end()) return std::nullopt;
  // A key that is not known here is a later one: of a commit in which the power went nobody tells us.
  const auto head = known->second.open_head(commit->run.head.note);
  if (head.ok() || head.error().code != Code::kRefused) return std::nullopt;
  return "stores entries of " + commit->run.identity.name +
         " by a head of a key that it knows to be replaced";
}

}  // namespace koinon::sim
