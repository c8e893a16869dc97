// Records as our own readers see them.
#pragma once

#include <string>
#include <string_view>

#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// The record. A body that is held only for peers, or is hidden, is left out.
Result<StoredRecord> shown_record(StoreReader& store, const LogId& log, EntryIndex index);

// The same of what the index has. Where the log was taken back, and the index has not read that yet, another
// entry may stand in its place. kNotFound: it does, or none.
Result<StoredRecord> shown_record(StoreReader& store, const IndexedRecord& record);
// Its entry alone, by the same rule.
Result<v1::Entry> read_entry(StoreReader& store, const IndexedRecord& record);
// And its body.
Result<v1::Body> read_body(StoreReader& store, const IndexedRecord& record);

// Whether its text is here. Most notes have a title that says so; replies have none.
bool has_text(StoreReader& store, const IndexedRecord& record);

// "held", "erased", …; "hidden": what erases it waits for its signature.
std::string_view body_state_text(BodyState state, bool hidden = false);

// Why a city withdrew its record, as the withdrawal states it, at most limits::kIndexedSummaryBytes. It may
// be empty.
std::string withdrawal_reason(StoreReader& store, const LogId& log, EntryIndex withdrawal);

}  // namespace koinon
