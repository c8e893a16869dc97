// Evidence of a fork: two signed checkpoints of one log that cannot both be true. It can be verified offline.
#pragma once

#include "crypto/identity.h"
#include "crypto/proof.h"
#include "koinon/v1/wire.pb.h"

namespace koinon {

struct SignedTree {
  Bytes note;       // signed checkpoint
  RunProof prefix;  // proves the prefix [0, at); empty if `at` is the tree's size
};

v1::Evidence make_evidence(const LogIdentity& identity, TreeSize at, const SignedTree& first,
                           const SignedTree& second);

// Both checkpoints are signed by the log's key, and their prefixes of `at` entries differ.
Status verify_evidence(const v1::Evidence& evidence);

}  // namespace koinon
