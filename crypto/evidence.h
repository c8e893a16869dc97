// Evidence of a fork: two signed checkpoints of one log that cannot both be true. It can be verified offline,
// by anybody who has the file.
#pragma once

#include "crypto/checkpoint.h"
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

// What evidence proves: the log's first key signed both checkpoints, and the trees differ in their first `at`
// entries.
struct Contradiction {
  LogIdentity identity;
  TreeSize at;
  Checkpoint first;
  Checkpoint second;
  Hash first_root;   // of the first `at` entries, by the first checkpoint
  Hash second_root;  // the same, by the second one
};

// Checks all of a file, which is a serialised koinon.v1.Evidence of at most limits::kEvidenceBytes. Fields
// that only a later version knows are no fault.
Result<Contradiction> read_evidence(BytesView file);
// The same checks, of evidence that a peer shows.
Status verify_evidence(const v1::Evidence& evidence);

}  // namespace koinon
