// The cities that are held: whom they are trusted by, whom they trust, and who holds their logs.
//
// On the HTTP server's thread; what is asked of the network is answered on the network's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "node/http/api.h"

namespace koinon {

class CitiesApi {
 public:
  explicit CitiesApi(ApiParts& parts) : parts_(parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> list(HttpRequest request);
  boost::asio::awaitable<HttpResponse> one(HttpRequest request);
  boost::asio::awaitable<HttpResponse> blocks(HttpRequest request);

  Result<boost::json::object> page(Directory& directory, const HttpRequest& request,
                                   const NetworkStatus& network);
  boost::json::object city_json(Directory& directory, const LogState& state, const TrustPath& path);

  ApiParts& parts_;
};

}  // namespace koinon
