// Records as our own readers see them.
#pragma once

#include <string>
#include <string_view>

#include "storage/store/store.h"

namespace koinon {

// A record without a body that is held for peers only.
Result<StoredRecord> shown_record(StoreReader& store, const LogId& log, EntryIndex index);

// "held", "erased", …
std::string_view body_state_text(BodyState state);

// Why its city took a record back: what the withdrawal says, if it says anything;
// limits::kIndexedSummaryBytes of it at most.
std::string withdrawal_reason(StoreReader& store, const LogId& log, EntryIndex withdrawal);

}  // namespace koinon
