// The cities that are held: whom they are trusted by, whom they trust, and who holds their logs.
//
// On the HTTP server's thread; what is asked of the network is answered on the network's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "node/api/api.h"

namespace koinon {

class CitiesApi {
 public:
  explicit CitiesApi(ApiParts& parts) : parts_(parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> list(ApiRequest request);
  boost::asio::awaitable<HttpResponse> one(ApiRequest request);
  boost::asio::awaitable<HttpResponse> blocks(ApiRequest request);

  Result<std::optional<LogState>> place_of(const std::string& cursor);
  boost::json::object city_json(Directory& directory, const LogState& state, const TrustPath& path);

  ApiParts& parts_;
};

}  // namespace koinon
