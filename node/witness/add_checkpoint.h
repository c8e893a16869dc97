// The body of an add-checkpoint request (C2SP tlog-witness, "add-checkpoint"): a line `old SIZE`, a
// consistency proof with a hash in base64 a line, an empty line, and a checkpoint. Pure.
#pragma once

#include "crypto/checkpoint.h"
#include "crypto/proof.h"

namespace koinon {

struct AddCheckpoint {
  TreeSize old_size;
  HashPath proof;
  SignedNote note;
  Checkpoint checkpoint;  // of the note's text; nothing is verified
};

// kMalformed, kTooLarge: it is not one. Takes at most limits::kWitnessRequestBytes,
// limits::kWitnessProofHashes, and trees of at most limits::kMaxLogSize leaves.
Result<AddCheckpoint> parse_add_checkpoint(BytesView body);

}  // namespace koinon
