// Which keys a log names for its node, entry by entry. Pure rules, the same for every store.
#pragma once

#include <optional>

#include "storage/store/log_store.h"

namespace koinon {

struct NodeBefore {
  NodeKey key;
  EntryIndex at;  // the last entry that named it
};

// What a log has said of its keys, up to an entry that names some. Nothing in place of an index: all entries
// up to there that are known name the same, and what the Genesis names is not known.
struct KeysSoFar {
  KeysFact fact;
  std::optional<EntryIndex> node_since;
  std::optional<EntryIndex> cosigner_since;
  std::optional<NodeBefore> node_before;
};
KeysSoFar keys_of_genesis(const LogKeys& named);
// `before`: the entry before it that says something of keys. Nothing: none is known, the Genesis neither.
KeysSoFar keys_after(const std::optional<KeysSoFar>& before, const KeysFact& fact);
// The Genesis is known. `first`: the first entry that names keys behind it.
KeysSoFar behind_genesis(KeysSoFar keys, const LogKeys& genesis, EntryIndex first);

// Whether the entry says something new. Where it names the keys that stand, it does only if it is the first
// to name them since the last recovery, which keeps `recovered` entries: a node of before is believed no
// more, and this one is.
bool says_new_keys(const KeysFact& before, const KeysFact& fact, TreeSize recovered);
// No node key that was named before the last recovery serves on.
StandingKeys standing_of(const KeysSoFar& keys, TreeSize recovered);

}  // namespace koinon
