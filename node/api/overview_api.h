// Views over many records: what a city gave and took, which adoptions it should report on again, and who
// adopted what from whom.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/reading/overview_view.h"

namespace koinon {

class OverviewApi {
 public:
  explicit OverviewApi(ApiParts& parts);

  // kNotFound: this node is an observer, which publishes nothing.
  const Operation<Nothing, ImpactView> impact;
  const Operation<Nothing, std::vector<FollowUpView>> follow_ups;
  const Operation<Nothing, MapView> map;

 private:
  Result<ImpactView> our_impact(const Asker& asker, const Nothing& query);
  Result<std::vector<FollowUpView>> due_now(const Asker& asker, const Nothing& query);
  Result<MapView> whole_map(const Asker& asker, const Nothing& query);

  ApiParts& parts_;
};

}  // namespace koinon
