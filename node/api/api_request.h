// A request with what this node has found out about it: which operation it means, and who asks.
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

  std::size_t route_number = 0;             // set when it is looked at
  const Route* route = nullptr;             // of the table of whoever handles it
  bool throttled = false;                   // its visitor has had enough, unless it turns out to be known
  std::map<std::string, std::string> args;  // what the route's pattern names
  Caller caller;

  std::string arg(const std::string& name) const {
    const auto it = args.find(name);
    return it == args.end() ? std::string() : it->second;
  }
};

// Who asks for something, and from where.
Asker asker_of(const ApiRequest& request);
// What it is about, for the audit line: what the route's pattern names, in the order of the names.
std::string target_of(const ApiRequest& request);

}  // namespace koinon
