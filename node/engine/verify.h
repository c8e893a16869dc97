// The checks behind VerifyHeads and VerifyRun. Pure and thread-safe: a pool runs them beside the engine.
#pragma once

#include <functional>

#include "node/engine/intents.h"

namespace koinon {

// Opens a signed checkpoint; a simulation remembers the answers of open_checkpoint.
using CheckpointOpener = std::function<Result<Checkpoint>(BytesView note, const VKey& vkey)>;

HeadsVerified verify_heads(const VerifyHeads& intent, const CheckpointOpener& open = open_checkpoint);
// kBadSignature, kBadProof, kMalformed (Genesis) or kTooLarge name what is wrong; a body that does not fit
// its digest is kBadProof with the field "body".
Result<RunVerified> verify_received_run(VerifyRun intent, const CheckpointOpener& open = open_checkpoint);
// kBadProof with the field "body" for one that does not fit.
Status verify_bodies(const VerifyBodies& intent);

}  // namespace koinon
