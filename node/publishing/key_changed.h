// Keys of our log were replaced.
#pragma once

#include "crypto/vkey.h"
#include "node/publishing/keys_entry.h"

namespace koinon {

struct KeyChanged {
  VKey vkey;            // that signs from now on
  Published published;  // the entry with the statement
};

// A new node key or cosigner key.
struct NamedKeyWish {
  NewKey which = NewKey::kNode;
  bool now = false;  // of a node key: the next start shows it, whoever holds the entry
};
struct NamedKeyChanged {
  PublicKey key;
  EntryIndex entry;  // that names it
};

}  // namespace koinon
