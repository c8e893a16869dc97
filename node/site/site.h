// A whole site for one reading thread: all routes, the pages, the rights of callers, and the audit lines of
// changes.
//
// Belongs to the reading thread whose io_context its parts have.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"
#include "node/api/call_gate.h"
#include "node/site/parameter_rules.h"

namespace koinon {

class Pages;
struct SiteAreas;

struct Admission {
  std::optional<HttpResponse> answer;  // set if it is refused, or has no body to wait for
  std::size_t body_limit = 0;          // bytes
  std::chrono::nanoseconds took{0};
};

struct StartedStream {
  std::optional<HttpResponse> refusal;
  std::map<std::string, std::string> headers;
  std::shared_ptr<EventSource> source;
  bool stranger = false;  // the caller is not known
};

class Site {
 public:
  explicit Site(ApiParts parts);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Finds out who asks, whether they may, and whether the address takes such parameters; sets the caller.
  // Answers a request without a body at once.
  boost::asio::awaitable<Admission> admit(std::shared_ptr<ApiRequest> request, bool has_body);
  // Answers an admitted request.
  boost::asio::awaitable<HttpResponse> handle(ApiRequest request);
  // Refuses an admitted request whose body is larger than its address takes, or one at whose address is
  // nothing.
  boost::asio::awaitable<HttpResponse> refuse(ApiRequest request, Error error);
  boost::asio::awaitable<StartedStream> begin_stream(ApiRequest request);
  const RouteTable& routes() const { return routes_; }

 private:
  void add_openapi(RouteTable& routes);
  // Whether the request's sender may go on; sets the caller.
  Status may_enter(ApiRequest& request);
  Status may_be_shown(const ApiRequest& request) const;
  HttpResponse refusal(ApiRequest request, const Error& error);
  HttpResponse unserved(ApiRequest request);
  // The headers by which scripts on pages of other sites may read the answer. Empty: they may not.
  std::map<std::string, std::string> open_to_others(const ApiRequest& request) const;
  // Of a reader: how old what it says may be.
  std::map<std::string, std::string> age() const;
  // The same for an admission or a body, with an audit line if it tried a change.
  HttpResponse noted_refusal(const ApiRequest& request, const Error& error);

  ApiShared shared_;
  CallGate gate_;
  RouteTable routes_;
  ParameterRules parameters_;
  HttpResponse openapi_{0, {}, {}, {}};
  std::unique_ptr<SiteAreas> areas_;
  std::unique_ptr<Pages> pages_;
};

}  // namespace koinon
