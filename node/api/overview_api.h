// Views over many records: what a city gave and took, and who learned what from whom.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/reading/impact_view.h"
#include "node/reading/ties_view.h"

namespace koinon {

// A period of years; 0: open.
struct ImpactSearch {
  std::uint16_t year_from = 0;
  std::uint16_t year_to = 0;
};
// Reads year_from and year_to.
Result<ImpactSearch> read_impact_search(const Params& params);

class OverviewApi {
 public:
  explicit OverviewApi(ApiParts& parts);

  // kNotFound: this node is an observer, which publishes nothing.
  const Operation<ImpactSearch, ImpactView> impact;
  const Operation<TiesSearch, MapView> map;
  // kNotFound: a city that is asked for is not held.
  const Operation<TiesSearch, TiesView> ties;
  const Operation<TiesSearch, TiesView> ties_csv;

 private:
  Result<ImpactView> our_impact(const Asker& asker, const ImpactSearch& search);
  Result<MapView> whole_map(const Asker& asker, const TiesSearch& search);
  Result<TiesView> all_ties(const Asker& asker, const TiesSearch& search);

  ApiParts& parts_;
};

}  // namespace koinon
