// Records: lists of them, everything that is known of one, and its bytes.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class RecordsApi {
 public:
  explicit RecordsApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> records(const ApiRequest& request);
  Result<HttpResponse> record(const ApiRequest& request);
  Result<HttpResponse> proof(const Directory::Found& found);
  Result<IndexQuery> read_query(Directory& directory, const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
