// The entry with which our own log names the keys of its node.
#pragma once

#include "crypto/ed25519.h"
#include "crypto/identity.h"
#include "node/replication/drafts.h"

namespace koinon {

// Private halves where the key must prove itself.
struct NamedKeys {
  SigningKey cosigner;
  SealingKey sealing;
  SigningKey node;
};

// kConflict: the log names these keys already. kNotFound: nothing of it is held.
DraftMaker keys_maker(const LogId& own, const NamedKeys& keys);

}  // namespace koinon
