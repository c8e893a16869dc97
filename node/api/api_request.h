// A request, and what this node has found out about it: its route and its caller.
#pragma once

#include <map>
#include <string>

#include "node/api/operation.h"
#include "node/http/message.h"

namespace koinon {

struct Route;

struct ApiRequest : HttpRequest {
  ApiRequest() = default;
  explicit ApiRequest(HttpRequest request) : HttpRequest(std::move(request)) {}

  std::size_t route_number = 0;  // set by the entrance
  const Route* route = nullptr;  // in the table of the thread that handles it
  bool throttled = false;  // its visitor is over the limit; refused unless the caller turns out to be known
  std::map<std::string, std::string> args;  // the values for the names in the route's pattern
  Caller caller;

  std::string arg(const std::string& name) const {
    const auto it = args.find(name);
    return it == args.end() ? std::string() : it->second;
  }
};

// Who sends the request, and from where.
Asker asker_of(const ApiRequest& request);
// The subject of the request for the audit line: the values for the names in the route's pattern, sorted by
// name.
std::string target_of(const ApiRequest& request);

}  // namespace koinon
