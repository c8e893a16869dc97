// The checks behind VerifyHeads and VerifyRun. Pure and thread-safe: a pool runs them beside the engine.
#pragma once

#include <functional>

#include "node/engine/intents.h"

namespace koinon {

// The checks of signatures, which a simulation remembers.
struct SignatureChecks {
  std::function<Result<KeyHistory::Head>(BytesView note, const KeyHistory& keys)> open =
      [](BytesView note, const KeyHistory& keys) { return keys.open_head(note); };
  std::function<Result<LogKeys>(BytesView leaf, const LogIdentity& identity)> genesis = check_genesis;
  std::function<Result<std::uint64_t>(const SignedNote& note, const VKey& cosigner)> cosignature =
      verify_cosignature;
};

HeadsVerified verify_heads(const VerifyHeads& intent, const SignatureChecks& checks = {});
// kBadSignature, kBadProof, kMalformed (Genesis) or kTooLarge name what is wrong; a body that does not fit
// its digest is kBadProof with the field "body".
Result<RunVerified> verify_received_run(VerifyRun intent, const SignatureChecks& checks = {});
// kBadProof with the field "body" for one that does not fit.
Result<BodiesVerified> verify_bodies(const VerifyBodies& intent);

}  // namespace koinon
