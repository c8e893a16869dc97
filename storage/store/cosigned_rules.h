// Which heads may be kept as cosigned, which ones our own cosigner may sign, and which cosigner keys a log
// has named. Pure rules, the same for every store. Which lines of which heads stay: crypto/cosigned.h.
#pragma once

#include "crypto/cosigned.h"
#include "storage/store/recovery_rules.h"

namespace koinon {

// Whether a head is one of what is held. kConflict: the log is frozen, the head is of another origin, or the
// tree that is held has another root at its size. kNotFound: fewer entries stand whole. Errors of root_at.
Status check_cosigned(const LogState& log, const CosignedHead& head, const RootAt& root_at);

// Whether our own cosigner may sign `next`, after `before`. `log`: null if nothing of it is held. kConflict:
// no. Errors of root_at.
Status check_cosigning(const LogState* log, const std::optional<LastCosigned>& before,
                       const LastCosigned& next, const RootAt& root_at);

std::vector<CosignedBrief> briefs_of(const std::vector<CosignedHead>& heads);

// Consecutive entries of a log that name one cosigner key.
struct CosignerRun {
  PublicKey key;
  EntryIndex since;  // the first of them; 0: the Genesis
  bool loses_all =
      false;  // that one says that the keys before it are lost; what later ones say means nothing
};
// The newest first, as the runs are; at most limits::kCosignerKeys.
std::vector<CosignerKey> cosigner_keys_of(const std::vector<CosignerRun>& runs);

}  // namespace koinon
