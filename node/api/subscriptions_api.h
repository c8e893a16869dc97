// Which topics' notes this node wants.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class SubscriptionsApi {
 public:
  explicit SubscriptionsApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> subscriptions(ApiRequest request);
  boost::asio::awaitable<HttpResponse> subscribe(ApiRequest request);

  ApiParts& parts_;
};

}  // namespace koinon
