// The checks behind VerifyHeads and VerifyRun. Pure and thread-safe: a pool runs them beside the engine.
#pragma once

#include "node/engine/intents.h"

namespace koinon {

HeadsVerified verify_heads(const VerifyHeads& intent);
// kBadSignature, kBadProof, kMalformed (Genesis) or kTooLarge name what is wrong; a body that does not fit
// its digest is kBadProof with the field "body".
Result<RunVerified> verify_received_run(VerifyRun intent);

}  // namespace koinon
