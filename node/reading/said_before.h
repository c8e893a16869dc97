// What was said to a record before it was revised.
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include <vector>

#include "node/reading/record_view.h"

namespace koinon {

// The records that adopt, ask about or derive from the versions of its own log that a record revises: whoever
// tried an earlier version has tried this one. What was said to the oldest version comes first. Ten versions
// are looked at, and of each the newest hundred records in each role. Titles, languages and texts are not
// read.
Result<std::vector<ReferringView>> read_said_before(Directory& directory, StoreReader& store,
                                                    IndexReader& index, const LogId& log, EntryIndex entry);

}  // namespace koinon
