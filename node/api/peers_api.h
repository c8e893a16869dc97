// The nodes that are pinned, and whether they are connected.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class PeersApi {
 public:
  explicit PeersApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> peers(ApiRequest request);
  boost::asio::awaitable<HttpResponse> add_peer(ApiRequest request);
  boost::asio::awaitable<HttpResponse> remove_peer(ApiRequest request);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
