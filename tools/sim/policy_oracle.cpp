#include "tools/sim/policy_oracle.h"

#include <map>
#include <utility>

namespace koinon::sim {

std::set<LogId> trusted_by(SimNode& node, const std::vector<LogId>& peers, const PolicyRules& rules) {
  const auto state = node.store().load_state();
  const std::set<LogId>& blocked = node.blocked();
  // Each voucher's standing vouches, oldest first.
  std::map<LogId, std::map<EntryIndex, LogId>> vouches;
  for (const VouchFact& vouch : state->vouches) {
    if (!vouch.withdrawn && vouch.expires_at > node.wall()) vouches[vouch.voucher].emplace(vouch.index, vouch.target);
  }
  std::set<LogId> trusted{node.log()};
  std::set<LogId> edge;
  const auto reach = [&](const LogId& log) {
    if (!blocked.contains(log) && trusted.insert(log).second) edge.insert(log);
  };
  for (const LogId& log : peers) reach(log);
  for (const auto& [index, target] : vouches[node.log()]) reach(target);
  for (unsigned hop = 1; hop < rules.hops; ++hop) {
    const std::set<LogId> from = std::exchange(edge, {});
    for (const LogId& voucher : from) {
      std::size_t count = 0;
      for (const auto& [index, target] : vouches[voucher]) {
        if (count++ == rules.admits) break;
        reach(target);
      }
    }
  }
  return trusted;
}

}  // namespace koinon::sim
