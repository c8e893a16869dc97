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
  Result<HttpResponse> search(const HttpRequest& request);
  Result<HttpResponse> similar(const HttpRequest& request);
  Result<CityMeasures> like(Directory& directory, const HttpRequest& request);

  ApiParts& parts_;
};

}  // namespace koinon
