// Ranks practices by the cities that published or adopted them: how near are these to a given city?
#pragma once

#include "storage/search/columns.h"
#include "storage/search/search.h"

namespace koinon {

// How near two cities are, from 0 to 1. Population and density are compared by factor (a factor of ten is
// far), climate by Koeppen-Geiger class, income by band. A measure that one of them does not state does not
// count. But with few measures the result is lower.
double nearness(const CityMeasures& a, const CityMeasures& b);

// With `found`, only the documents in it are compared.
SimilarPage find_similar(const Columns& columns, const SimilarQuery& query,
                         const std::optional<std::span<const std::uint32_t>>& found);

}  // namespace koinon
