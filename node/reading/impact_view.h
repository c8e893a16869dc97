// What a city gave and took: the figures of storage/search/ties.h with the notes behind them.
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include "node/reading/adoption_view.h"
#include "storage/search/ties.h"

namespace koinon {

// What a note says of whom it reached, as it says it.
struct ReachedWords {
  std::string ref;
  std::string city;
  std::string title;
  std::string text;      // plain, on one line
  std::string language;  // BCP 47
};

struct ImpactView {
  std::string own;        // the city's name here
  ImpactFigures figures;  // without its lists
  std::vector<ReachedWords> at_home;
  std::vector<ReachedWords> elsewhere;
  std::vector<ReachedWords> by_taken;
  std::vector<AdoptionView> given;  // the newest adoptions by other cities, with a sentence each
  std::vector<AdoptionView> taken;
};

Result<ImpactView> read_impact(Directory& directory, StoreReader& store, IndexReader& index,
                               const ImpactQuery& query);

}  // namespace koinon
