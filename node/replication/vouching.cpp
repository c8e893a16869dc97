#include "node/replication/vouching.h"

namespace koinon {

Vouching::Vouching(const StoreState& state) : signs_(state.own_log.has_value()) {
  for (const VouchFact& vouch : state.vouches) {
    if (vouch.voucher == state.own_log && !vouch.withdrawn) vouched_.insert(vouch.target);
  }
}

std::vector<NodeKey> Vouching::proven_of(const LogId& log) const {
  const auto keys = proven_.find(log);
  if (keys == proven_.end()) return {};
  return {keys->second.begin(), keys->second.end()};
}

std::vector<NodeKey> Vouching::all_proven() const {
  std::set<NodeKey> all;
  for (const auto& [log, keys] : proven_) all.insert(keys.begin(), keys.end());
  return {all.begin(), all.end()};
}

void Vouching::unpinned(const NodeKey& key, const LogId& log) {
  const auto keys = proven_.find(log);
  if (keys == proven_.end()) return;
  keys->second.erase(key);
  if (keys->second.empty()) proven_.erase(keys);
}

bool Vouching::begin(const PeerRecord& peer) {
  return signs_ && peer.vouch && peer.log && vouched_.insert(*peer.log).second;
}

}  // namespace koinon
