// What a request's header alone says, before anybody asks who sent it: whether there is such an address,
// where it comes from, whether it is a forgery, whether its visitor has had enough. Nothing is read for it,
// and nothing written.
//
// On the HTTP server's thread.
#pragma once

#include <functional>

#include "node/access/access.h"
#include "node/access/refusals.h"
#include "node/access/throttle.h"
#include "node/api/routes.h"
#include "proto/base/limits.h"

namespace koinon {

class Entrance {
 public:
  // `routes`, `refusals` outlive this.
  Entrance(const RouteTable& routes, const AccessOptions& options, Refusals& refusals,
           std::function<MonoTime()> clock);

  // Sets its route, its args and its address. A refusal, or nothing.
  std::optional<HttpResponse> look(ApiRequest& request);
  // What answering a visitor took, of those who are not known.
  void charge(const ApiRequest& request, std::chrono::nanoseconds took);
  void charge_time(const std::string& address, std::chrono::nanoseconds took);
  // Whether that visitor has any time left.
  bool has_time(const std::string& address);
  bool is_proxy(const std::string& address) const;

 private:
  Status find_address(ApiRequest& request) const;
  Status check_host(const ApiRequest& request) const;
  Status check_site(const ApiRequest& request) const;
  Status check_visitor(ApiRequest& request);

  const RouteTable& routes_;
  AccessOptions options_;
  Refusals& refusals_;
  std::function<MonoTime()> clock_;
  std::string host_;  // of options_.url
  Throttle requests_{limits::kHttpRequestsAtOnce, limits::kHttpRequestsPerSecond, limits::kThrottled};
  Throttle time_{limits::kHttpSecondsAtOnce, limits::kHttpSecondsPerSecond, limits::kThrottled};
};

}  // namespace koinon
