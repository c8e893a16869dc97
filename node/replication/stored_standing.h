// What the store remembers of whether our log may be signed: the operator's word, and rollbacks that were
// found out.
#pragma once

#include "node/engine/engine_types.h"
#include "storage/store/store.h"

namespace koinon {

// Fills in `without`, `restored` and `rolled_back_at` for the engine's start. On the thread that owns the
// store. kMalformed: the store holds a time that is none.
Status read_standing(StoreReader& store, StandingConfig& standing);

}  // namespace koinon
