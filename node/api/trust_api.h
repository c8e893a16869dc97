// Whom this city vouches for, and of whom it takes nothing.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class TrustApi {
 public:
  explicit TrustApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> add_vouch(ApiRequest request);
  boost::asio::awaitable<HttpResponse> withdraw_vouch(ApiRequest request);
  boost::asio::awaitable<HttpResponse> add_block(ApiRequest request);
  boost::asio::awaitable<HttpResponse> remove_block(ApiRequest request);
  boost::asio::awaitable<HttpResponse> vouch(ApiRequest request, bool withdraw);
  boost::asio::awaitable<HttpResponse> block(ApiRequest request, bool blocked);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
