// Figures of many notes, with names: how practices went in which cities, and what they cost. A view belongs
// to one request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/reading/directory.h"
#include "storage/search/figures.h"

namespace koinon {

// So many costs a view has at most.
inline constexpr std::size_t kCostsShown = 150;

struct CostNote {
  std::string ref;
  std::string city;
  std::string title;  // empty: it is not here any more
  std::string language;
  double dollars = 0;
  double population = 0;
};

struct FiguresView {
  std::string topic;  // empty: all topics
  AdoptionFigures adoptions;
  CostFigures costs;            // without its points
  std::vector<CostNote> notes;  // the points
};

// `topic`: a slug, with everything below it; empty: all.
Result<FiguresView> read_figures(Directory& directory, IndexReader& index, const std::string& topic,
                                 UnixMillis now);
// Of one practice, in any of its versions.
Result<AdoptionFigures> read_adoption_figures(IndexReader& index, const Directory::Found& practice,
                                              UnixMillis now);

}  // namespace koinon
