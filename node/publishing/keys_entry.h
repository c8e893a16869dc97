// The entries with which our own log names the keys of its node.
#pragma once

#include "node/publishing/own_keys.h"
#include "node/replication/drafts.h"

namespace koinon {

// Names the keys that this node has. A next key that the log names stays named. kConflict: the log names them
// already. kNotFound: nothing of it is held. kUnavailable: the entry with a new cosigner key, which is to
// come first, names them too. `keys` outlives the draft.
DraftMaker keys_maker(const LogId& own, const OwnKeys& keys);

enum class NewKey : unsigned char { kNode, kCosigner };
// Names the next key of that kind, which there is, in place of the one that the log names now.
// `cosigner_lost`: it is not known any more what the cosigner keys before this one signed.
DraftMaker new_key_maker(const LogId& own, const OwnKeys& keys, NewKey which, bool cosigner_lost = false);

}  // namespace koinon
