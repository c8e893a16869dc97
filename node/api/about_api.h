// What this node is, and the topics that all nodes share.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class AboutApi {
 public:
  explicit AboutApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> id(const ApiRequest& request);
  Result<HttpResponse> topics(const ApiRequest& request);

  ApiParts& parts_;
};

}  // namespace koinon
