// Which records of a log are versions of one another.
#pragma once

#include <vector>

#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// All versions and translations of a record in its log: those that it revises or translates, those that
// revise or translate it, and so on from each of these. Sorted by number; without the record itself and
// without erased ones. Only a limited number of records is looked at. On the thread of the readers.
Result<std::vector<EntryIndex>> read_versions(StoreReader& store, IndexReader& index, const LogId& log,
                                              EntryIndex of);

}  // namespace koinon
