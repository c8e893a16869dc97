// A whole site for one reading thread: every route, the pages, who may ask for what, and the audit line of
// every change.
//
// Belongs to the reading thread whose io_context its parts name.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"
#include "node/api/call_gate.h"

namespace koinon {

class Pages;
struct SiteAreas;

struct Admission {
  std::optional<HttpResponse> answer;  // where it is refused, or had no body to wait for
  std::size_t body_limit = 0;          // bytes
  std::chrono::nanoseconds took{0};
};

struct StartedStream {
  std::optional<HttpResponse> refusal;
  std::shared_ptr<EventSource> source;
  bool stranger = false;  // whoever asked is not known
};

class Site {
 public:
  explicit Site(ApiParts parts);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Who asks, and whether they may: sets the caller. A request without a body is answered at once.
  boost::asio::awaitable<Admission> admit(std::shared_ptr<ApiRequest> request, bool has_body);
  // An admitted request.
  boost::asio::awaitable<HttpResponse> handle(ApiRequest request);
  // One whose body is more than its address takes.
  boost::asio::awaitable<HttpResponse> refuse(ApiRequest request, Error error);
  boost::asio::awaitable<StartedStream> begin_stream(ApiRequest request);
  const RouteTable& routes() const { return routes_; }

 private:
  void add_openapi(RouteTable& routes);
  HttpResponse refusal(ApiRequest request, const Error& error);
  // The same of an admission or a body, with the audit line of a change that was tried.
  HttpResponse noted_refusal(const ApiRequest& request, const Error& error);

  ApiShared shared_;
  CallGate gate_;
  RouteTable routes_;
  HttpResponse openapi_{0, {}, {}, {}};
  std::unique_ptr<SiteAreas> areas_;
  std::unique_ptr<Pages> pages_;
};

}  // namespace koinon
