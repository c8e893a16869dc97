// How the node is, for who operates it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class StatusApi {
 public:
  explicit StatusApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> status(ApiRequest request);

  ApiParts& parts_;
};

}  // namespace koinon
