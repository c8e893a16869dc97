#include "tools/sim/policy_oracle.h"

#include <utility>

namespace koinon::sim {

void VouchBook::read(SimNode& node) {
  vouches_.clear();
  const auto state = node.store().load_state();
  for (const VouchFact& vouch : state->vouches) add(vouch);
}

void VouchBook::add(const VouchFact& vouch) {
  auto& slot = vouches_[vouch.voucher];
  const auto it = slot.find(vouch.target);
  if (it == slot.end() || it->second.index < vouch.index)
    slot.insert_or_assign(vouch.target, Vouch{vouch.index, vouch.expires_at, vouch.withdrawn});
}

std::set<LogId> VouchBook::trusted(const SimNode& node, const PolicyRules& rules) const {
  // The vouches of a voucher that stand, the oldest first.
  const auto standing = [&](const LogId& voucher) {
    std::map<EntryIndex, LogId> out;
    const auto it = vouches_.find(voucher);
    if (it == vouches_.end()) return out;
    for (const auto& [target, vouch] : it->second) {
      if (!vouch.withdrawn && vouch.expires_at > node.wall()) out.emplace(vouch.index, target);
    }
    return out;
  };
  std::set<LogId> trusted{node.log()};
  std::set<LogId> edge;
  const auto reach = [&](const LogId& log) {
    if (!node.blocked().contains(log) && trusted.insert(log).second) edge.insert(log);
  };
  for (const SimNode* peer : node.peers()) reach(peer->log());
  for (const auto& [index, target] : standing(node.log())) reach(target);
  for (unsigned hop = 1; hop < rules.hops; ++hop) {
    const std::set<LogId> from = std::exchange(edge, {});
    for (const LogId& voucher : from) {
      std::size_t count = 0;
      for (const auto& [index, target] : standing(voucher)) {
        if (count++ == rules.admits) break;
        reach(target);
      }
    }
  }
  return trusted;
}

}  // namespace koinon::sim
