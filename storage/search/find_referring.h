// Which records refer to an entry. For IndexReader, which says what is asked (search_index.h).
#pragma once

#include "storage/search/search_index.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

Result<std::vector<RelatedRecord>> find_referring(sqlite::Connection& db, const LogId& log, EntryIndex index,
                                                  std::size_t limit);
Result<std::vector<RelatedRecord>> find_newest_referring(sqlite::Connection& db, const ReferringQuery& query);

}  // namespace koinon
