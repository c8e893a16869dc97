#include "node/api/routes.h"

#include <string_view>

namespace koinon {
namespace asio = boost::asio;
namespace {

bool is_name(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

asio::awaitable<HttpResponse> answer_at_once(std::function<Result<HttpResponse>(const ApiRequest&)> handle,
                                             ApiRequest request) {
  auto result = handle(request);
  co_return result.ok() ? std::move(*result) : problem(result.error());
}

}  // namespace

RouteHandler at_once(std::function<Result<HttpResponse>(const ApiRequest&)> handle) {
  return
      [handle = std::move(handle)](ApiRequest request) { return answer_at_once(handle, std::move(request)); };
}

void RouteTable::add(Route route) {
  // Where nothing is taken, next to nothing is read.
  if (route.takes.empty()) route.body_limit = route.method == "GET" ? 0 : limits::kNoBodyBytes;
  Entry entry;
  std::string_view left = std::string_view(route.pattern).substr(1);
  while (true) {
    const auto end = left.find('/');
    std::string segment(left.substr(0, end));
    if (segment.ends_with("...}")) {
      entry.rest = true;
      segment = segment.substr(0, segment.size() - 4) + "}";
    }
    entry.segments.push_back(std::move(segment));
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  routes_.push_back(std::move(route));
  entries_.push_back(std::move(entry));
}

bool RouteTable::fits(const Entry& entry, ApiRequest& request) {
  const auto& path = request.path;
  const auto& segments = entry.segments;
  if (path.size() < segments.size() || (path.size() > segments.size() && !entry.rest)) return false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!is_name(segments[i]) && segments[i] != path[i]) return false;
    if (is_name(segments[i]) && path[i].empty()) return false;
  }
  request.args.clear();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!is_name(segments[i])) continue;
    std::string value = path[i];
    if (entry.rest && i + 1 == segments.size()) {
      for (std::size_t j = i + 1; j < path.size(); ++j) value += "/" + path[j];
    }
    request.args[segments[i].substr(1, segments[i].size() - 2)] = std::move(value);
  }
  return true;
}

// What stands first is tried first: fixed segments before names.
Status RouteTable::match(ApiRequest& request, std::string& allowed) const {
  allowed.clear();
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!fits(entries_[i], request)) continue;
    if (routes_[i].method == request.method) {
      request.route_number = i;
      request.route = &routes_[i];
      return {};
    }
    if (allowed.find(routes_[i].method) == std::string::npos)
      allowed += (allowed.empty() ? "" : ", ") + routes_[i].method;
  }
  if (allowed.empty()) return fail(Code::kNotFound, "nothing is served at this address");
  return fail(Code::kWrongMethod, "this address does not take that method");
}

}  // namespace koinon
