// All addresses that are served, each once, with its facts and its handler.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "node/api/api_request.h"
#include "node/api/operation.h"

namespace koinon {

// Gives a client of server-sent events the news: the text to send, empty if there are none.
using EventSource = std::function<Result<std::string>()>;
using RouteHandler = std::function<boost::asio::awaitable<HttpResponse>(ApiRequest)>;
using StreamHandler = std::function<Result<EventSource>(const ApiRequest&)>;

struct Route : OperationFacts {
  RouteHandler handle = {};
  StreamHandler stream = {};  // in place of `handle`
  bool page = false;          // for browsers: a form carries its token inside, and refusals are pages
  // The operations that the route calls write the audit lines of its changes.
  bool operations_note = false;
};

class RouteTable {
 public:
  void add(Route route);
  const std::vector<Route>& routes() const { return routes_; }

  // Sets route and args. kNotFound: there is no such address. kWrongMethod: it does not take this method;
  // `allowed` lists those that it takes.
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

// A handler that never waits.
RouteHandler at_once(std::function<Result<HttpResponse>(const ApiRequest&)> handle);

// A function of an area as a handler. The area must live longer than it.
template <typename Area>
RouteHandler handler(Area* area, boost::asio::awaitable<HttpResponse> (Area::*function)(ApiRequest)) {
  return [area, function](ApiRequest request) { return (area->*function)(std::move(request)); };
}
template <typename Area>
RouteHandler handler(Area* area, Result<HttpResponse> (Area::*function)(const ApiRequest&)) {
  return at_once([area, function](const ApiRequest& request) { return (area->*function)(request); });
}

}  // namespace koinon
