// Search with facets, and practices of cities like ours.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api.h"

namespace koinon {

class SearchApi {
 public:
  explicit SearchApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> search(const ApiRequest& request);
  Result<HttpResponse> similar(const ApiRequest& request);
  Result<CityMeasures> like(Directory& directory, const ApiRequest& request);

  ApiParts& parts_;
};

// Reads q, topic, city, country, language, kind, evidence, cost, sdg, outcome, versions, order, limit,
// cursor.
Result<SearchQuery> read_search(Directory& directory, const ApiRequest& request);

}  // namespace koinon
