// The first checks of a request, by its header alone and before we know who sent it: whether there is such an
// address, where it comes from, whether it is forged, and whether its visitor is over the limit. They read
// and write no database.
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

// Whether the request states who sends it. Whether that is true is checked later, with the database.
bool names_somebody(const ApiRequest& request, const AccessOptions& options);

class Entrance {
 public:
  // `routes` and `refusals` must live longer than this.
  Entrance(const RouteTable& routes, const AccessOptions& options, Refusals& refusals,
           std::function<MonoTime()> clock);

  // Sets the request's route, args and address. Returns a refusal, or nothing. Without a refusal, and with
  // the request's fault, nothing is at its address, and its sender reads pages.
  std::optional<HttpResponse> look(ApiRequest& request);
  // Charges an unknown visitor with the time that the answer took.
  void charge(const ApiRequest& request, std::chrono::nanoseconds took);
  void charge_time(const std::string& address, std::chrono::nanoseconds took);
  // Whether the visitor of this address has time left.
  bool has_time(const std::string& address);
  bool is_proxy(const std::string& address) const;

 private:
  void find_address(ApiRequest& request) const;
  // The answer to OPTIONS, for which an address needs no route of its own. `allowed`: its methods.
  HttpResponse options(ApiRequest& request, const std::string& allowed) const;
  Status check_host(const ApiRequest& request) const;
  Status check_site(const ApiRequest& request) const;
  Status check_visitor(ApiRequest& request);

  const RouteTable& routes_;
  AccessOptions options_;
  Refusals& refusals_;
  std::function<MonoTime()> clock_;
  std::string host_;  // the host of options_.url
  Throttle requests_{limits::kHttpRequestsAtOnce, limits::kHttpRequestsPerSecond, limits::kThrottled};
  Throttle time_{limits::kHttpSecondsAtOnce, limits::kHttpSecondsPerSecond, limits::kThrottled};
};

}  // namespace koinon
