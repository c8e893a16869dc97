// Invites: giving one out, and using one.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class InvitesApi {
 public:
  explicit InvitesApi(ApiShared& shared) : parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> invite(ApiRequest request);
  boost::asio::awaitable<HttpResponse> invites(ApiRequest request);
  boost::asio::awaitable<HttpResponse> revoke_invite(ApiRequest request);
  boost::asio::awaitable<HttpResponse> join(ApiRequest request);

  ApiParts& parts_;
};

}  // namespace koinon
