// All addresses that are served, each once, with its facts and its handler. The operation that a handler
// calls writes the audit line of a change.
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
  bool another = false;       // another address of what the document lists already

  // Whether it gives programs what everybody may read where reading is public.
  bool everybodys() const { return !page && !changes() && need <= Need::kReading; }
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

}  // namespace koinon
