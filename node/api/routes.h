// Every address that is served, once: which handler answers, who may ask, and what the OpenAPI document says
// of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "node/access/rights.h"
#include "node/api/api_request.h"
#include "proto/base/limits.h"

namespace koinon {

// Gives a server-sent-events client what is new: text to send, empty if nothing.
using EventSource = std::function<Result<std::string>()>;
using RouteHandler = std::function<boost::asio::awaitable<HttpResponse>(ApiRequest)>;
using StreamHandler = std::function<Result<EventSource>(const ApiRequest&)>;

struct Route {
  std::string method;
  std::string pattern;  // /api/v1/records/{city}/{index}; {rest...} at the end takes one segment or more
  Need need = Need::kReading;
  std::string id;  // operationId
  std::string tag;
  std::string summary;
  std::vector<std::string> query;  // names of parameters that the document describes
  std::string takes;               // a schema's name, or a media type; empty: no body
  std::string gives;               // the same; empty: nothing
  unsigned status = 200;
  RouteHandler handle;
  StreamHandler stream;  // in place of `handle`
  std::size_t body_limit = limits::kHttpBodyBytes;
  std::string gives_later = {};  // with 202, where it may wait
  bool page = false;             // for browsers: forms carry their token within, refusals are pages
  bool takes_person = false;     // makes or changes what people are known by: no token may
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
