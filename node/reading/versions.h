// Which records of a log are versions of one another.
#pragma once

#include <vector>

#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// Those of a log that revise or translate this one, or that it revises or translates, and so on, in the order
// of their numbers; without the one itself, and without what is erased. Looked for among so many at most. On
// the thread of the readers.
Result<std::vector<EntryIndex>> read_versions(StoreReader& store, IndexReader& index, const LogId& log,
                                              EntryIndex of);

}  // namespace koinon
