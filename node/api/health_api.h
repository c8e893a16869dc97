// What machines that watch the node ask: whether it answers, whether it does all that it is for, its
// measures.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class HealthApi {
 public:
  explicit HealthApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> health(ApiRequest request);
  Result<HttpResponse> ready(const ApiRequest& request);
  boost::asio::awaitable<HttpResponse> metrics(ApiRequest request);

  ApiParts& parts_;
};

}  // namespace koinon
