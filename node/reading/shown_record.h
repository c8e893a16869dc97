// Records as our own readers see them.
#pragma once

#include <string>
#include <string_view>

#include "storage/store/store.h"

namespace koinon {

// The record. A body that is held only for peers, or is hidden, is left out.
Result<StoredRecord> shown_record(StoreReader& store, const LogId& log, EntryIndex index);

// "held", "erased", …; "hidden": what erases it waits for its signature.
std::string_view body_state_text(BodyState state, bool hidden = false);

// Why a city withdrew its record, as the withdrawal states it, at most limits::kIndexedSummaryBytes. It may
// be empty.
std::string withdrawal_reason(StoreReader& store, const LogId& log, EntryIndex withdrawal);

}  // namespace koinon
