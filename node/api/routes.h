// Every address that is served, once: what is known of it, and which handler answers. The audit line of a
// change is written by whatever operation the handler calls.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "node/api/api_request.h"
#include "node/api/operation.h"

namespace koinon {

// Gives a server-sent-events client what is new: text to send, empty if nothing.
using EventSource = std::function<Result<std::string>()>;
using RouteHandler = std::function<boost::asio::awaitable<HttpResponse>(ApiRequest)>;
using StreamHandler = std::function<Result<EventSource>(const ApiRequest&)>;

struct Route : OperationFacts {
  RouteHandler handle = {};
  StreamHandler stream = {};  // in place of `handle`
  bool page = false;          // for browsers: forms carry their token within, refusals are pages
};

class RouteTable {
 public:
  void add(Route route);
  const std::vector<Route>& routes() const { return routes_; }

  // Sets route and args. kNotFound: no such address; kWrongMethod: not with this method, `allowed` says
  // which.
  Status match(ApiRequest& request, std::string& allowed) const;

 private:
  struct Entry {
    std::vector<std::string> segments;
    bool rest = false;
  };
  static bool fits(const Entry& entry, ApiRequest& request);

  std::vector<Route> routes_;
  std::vector<Entry> entries_;
};

// A handler that needs to wait for nothing.
RouteHandler at_once(std::function<Result<HttpResponse>(const ApiRequest&)> handle);

}  // namespace koinon
