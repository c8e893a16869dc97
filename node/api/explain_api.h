// Why a city or a record is here, or what stands in the way.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class ExplainApi {
 public:
  explicit ExplainApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> explain(ApiRequest request);

  ApiParts& parts_;
};

}  // namespace koinon
