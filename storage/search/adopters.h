// Which cities took a practice up, how that went, and which of them are nearest to a given city.
#pragma once

#include <vector>

#include "storage/search/columns.h"
#include "storage/search/search.h"

namespace koinon {

// The adoptions of the practice that this record is a version of: of each city its latest word. Of the cities
// that are equally near the one whose number is lower comes first, so that an answer does not change by
// itself. The cost grows with the adoptions of this practice.
Adopters find_adopters(const Columns& columns, std::uint32_t document, const AdoptersQuery& query);

}  // namespace koinon
