// Where a node has lost track of what its cosigner key signed: its store is, or may be, an older copy (the
// setting kCosignerLost). It cosigns nothing until its log names another key, by an entry that says so. The
// daemon and the simulator run these rules: look, note a key that was never used, have the log name it, then
// end the loss.
//
// Keys are compared, and no times: a clock may be wrong, and a log that was taken back may name a key of
// before again.
//
// On the thread that owns the store.
#pragma once

#include "crypto/ed25519.h"
#include "node/engine/engine_types.h"
#include "storage/store/store.h"

namespace koinon {

enum class CosignerStanding : unsigned char {
  kGood,
  kLost,      // another key is to be noted and named
  kReplaced,  // the log names the key that was noted: what is left is to end the loss
};

// Whether the node that starts now may have lost track. `standing`: as it starts with; a rollback that is
// news has left no setting yet.
Result<bool> starts_with_lost_cosigner(StoreReader& store, const StandingConfig& standing);

Result<CosignerStanding> cosigner_standing(StoreReader& store);

// The loss ends with this key, which was never used: before the log names it. Where none is lost, nothing.
// In a transaction of the caller's, as the next.
Status note_replacement(Store& store, const PublicKey& next);
// False: the log names another key than the one noted, or another rollback was found out since, which needs
// one more key.
Result<bool> end_cosigner_loss(Store& store);

}  // namespace koinon
