// Where a node has lost track of what its cosigner key signed: its store is, or may be, an older copy (the
// setting kCosignerLost). It cosigns nothing until its log names another key, by an entry that says so. The
// daemon and the simulator run these rules: look, name a key that was never used, then end the loss.
//
// On the thread that owns the store.
#pragma once

#include <optional>

#include "node/engine/engine_types.h"
#include "storage/store/store.h"

namespace koinon {

struct CosignerLoss {
  Bytes rolled_back_at;  // the setting kRolledBackAt, as it was when the loss was looked at
  // Our log has named the cosigner key that it names now since the loss was found out: it was over when the
  // node ended, and only the setting stands.
  bool is_over = false;
};

// Whether the node that starts now may have lost track. `standing`: as it starts with; a rollback that is
// news has left no setting yet.
Result<bool> starts_with_lost_cosigner(StoreReader& store, const StandingConfig& standing);

// Nothing: no key is lost.
Result<std::optional<CosignerLoss>> cosigner_loss(StoreReader& store);
// The log names another key by now. In a transaction of the caller's. False: another rollback was found out
// since, which needs one more key.
Result<bool> end_cosigner_loss(Store& store, const CosignerLoss& loss);

}  // namespace koinon
