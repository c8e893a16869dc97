// What the store remembers of whether our log may be signed: the operator's word, and rollbacks that were
// found out.
#pragma once

#include "node/engine/engine_types.h"
#include "storage/store/store.h"

namespace koinon {

// Fills in `without`, `restored` and `rolled_back_at` for the engine's start. On the thread that owns the
// store. kMalformed: a stored time cannot be read.
Status read_standing(StoreReader& store, StandingConfig& standing);

// A store that was made anew from the keys holds nothing of its own log yet: the engine, which is started
// with `state`, fetches it.
void add_own_log(const LogIdentity& own, StoreState& state);

}  // namespace koinon
