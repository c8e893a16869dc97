// Under which origin of its log an entry was signed. Pure; any thread.
#pragma once

#include "crypto/key_history.h"

namespace koinon {

// After how many recoveries of its log the entry was signed that stands there, or is to stand there. What was
// signed earlier and stands behind the size that a recovery keeps is void. An entry keeps this number: what a
// later recovery keeps, it does not change.
std::uint64_t recoveries_before(const KeyHistory& keys, EntryIndex index);

}  // namespace koinon
