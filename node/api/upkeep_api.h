// What an operator does so that the node goes on: the word on its clock, a new index.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class UpkeepApi {
 public:
  explicit UpkeepApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> clock_is_right(ApiRequest request);
  boost::asio::awaitable<HttpResponse> reindex(ApiRequest request);

  ApiParts& parts_;
};

}  // namespace koinon
