// Counts ties over the columns. Under the lock of the columns. The cost grows with the adoptions that are
// looked at, limits::kTies at most; of one city that learned, with its records alone.
#pragma once

#include <vector>

#include "storage/search/columns.h"
#include "storage/search/ties.h"

namespace koinon {

struct CountedTie {
  std::uint32_t adoption = 0;  // numbers of records
  std::uint32_t practice = 0;  // the first version
  std::uint32_t standing = 0;  // the version that stands
  CityNumber from = 0;
  CityNumber to = 0;
  std::uint16_t year = 0;
};

struct CountedTies {
  std::vector<CountedTie> ties;  // the newest adoption first
  bool more = false;
};

CountedTies collect_ties(const Columns& columns, const TieFilter& filter);
Tie tie_of(const Columns& columns, const CountedTie& tie);
TiesPage count_ties(const Columns& columns, const TiesQuery& query);
// `newest`: how many ties are listed.
TieMap map_ties(const Columns& columns, const TieFilter& filter, std::size_t newest);

// All of it but the questions that were answered.
ImpactFigures count_impact(const Columns& columns, const ImpactQuery& query);

}  // namespace koinon
