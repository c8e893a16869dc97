// Event streams: the arrivals, in order, once the index has them.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"

namespace koinon {

class EventsApi {
 public:
  explicit EventsApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<EventSource> events_of(const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
