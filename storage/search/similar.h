// Practices ranked by how near the cities that published or adopted them are to one of ours.
#pragma once

#include "storage/search/columns.h"
#include "storage/search/search.h"

namespace koinon {

// How near two cities are, 0 to 1: population and density by factor (a factor of ten is far), climate by
// Koeppen-Geiger class, income by band; what either does not say counts neither way, but a comparison by
// little counts for less.
double nearness(const CityMeasures& a, const CityMeasures& b);

SimilarPage find_similar(const Columns& columns, const SimilarQuery& query);

}  // namespace koinon
