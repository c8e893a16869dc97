#include "storage/store/log_keys_rules.h"

namespace koinon {

KeysSoFar keys_of_genesis(const LogKeys& named) {
  const EntryIndex first(0);
  return {{first, named}, first, first, std::nullopt};
}

KeysSoFar keys_after(const std::optional<KeysSoFar>& before, const KeysFact& fact) {
  KeysSoFar out{fact, {}, {}, {}};
  if (!before) return out;
  const LogKeys& named = before->fact.keys;
  const bool same_node = named.node == fact.keys.node;
  out.node_since = same_node ? before->node_since : fact.index;
  out.node_before = same_node ? before->node_before : NodeBefore{named.node, before->fact.index};
  out.cosigner_since = named.cosigner == fact.keys.cosigner ? before->cosigner_since : fact.index;
  return out;
}

KeysSoFar behind_genesis(KeysSoFar keys, const LogKeys& genesis, EntryIndex first) {
  if (!keys.node_since && genesis.node != keys.fact.keys.node) {
    keys.node_since = first;
    keys.node_before = NodeBefore{genesis.node, EntryIndex(0)};
  }
  if (!keys.cosigner_since && genesis.cosigner != keys.fact.keys.cosigner) keys.cosigner_since = first;
  return keys;
}

bool says_new_keys(const KeysFact& before, const KeysFact& fact, TreeSize recovered) {
  if (before.keys != fact.keys) return true;
  return before.index.value < recovered.value && fact.index.value >= recovered.value;
}

StandingKeys standing_of(const KeysSoFar& keys, TreeSize recovered) {
  StandingKeys out;
  out.keys = keys.fact.keys;
  out.node_since = keys.node_since.value_or(EntryIndex(0));
  out.cosigner_since = keys.cosigner_since.value_or(EntryIndex(0));
  if (keys.node_before && keys.node_before->at.value >= recovered.value)
    out.node_before = keys.node_before->key;
  return out;
}

}  // namespace koinon
