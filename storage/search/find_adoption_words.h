// Finds what a city has said of the practices that it adopts. The facts in memory say which records these
// are, and the index when they were written. Under the lock of the columns. The cost grows with the city's
// own records, and with its adoptions.
#pragma once

#include "storage/search/adoption_words.h"
#include "storage/search/columns.h"

namespace koinon {

Result<std::vector<AdoptionWords>> find_adoption_words(sqlite::Connection& db, const Columns& columns,
                                                       const AdoptionWordsQuery& query);

}  // namespace koinon
