#include "node/site/entrance.h"

#include <boost/url/parse.hpp>

#include "node/text/forwarded.h"
#include "node/text/networks.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

// The host in host, host:port or [address]:port.
std::string host_of(std::string_view authority) {
  if (authority.starts_with('[')) return std::string(authority.substr(0, authority.find(']') + 1));
  return std::string(authority.substr(0, authority.find(':')));
}

// Whether it is sent by somebody who looks at pages, not by a program.
bool reads_pages(const ApiRequest& request) {
  return request.method == "GET" && request.header("accept").find("text/html") != std::string::npos;
}

}  // namespace

bool names_somebody(const ApiRequest& request, const AccessOptions& options) {
  return own_token(request.header("authorization")) || request.headers.contains("cookie") ||
         request.query.contains("key") ||
         (!options.sso_header.empty() && !trimmed(request.header(options.sso_header)).empty());
}

Entrance::Entrance(const RouteTable& routes, const AccessOptions& options, Refusals& refusals,
                   std::function<MonoTime()> clock)
    : routes_(routes), options_(options), refusals_(refusals), clock_(std::move(clock)) {
  if (const auto url = boost::urls::parse_uri(options_.url); url.has_value()) host_ = url->encoded_host();
}

bool Entrance::is_proxy(const std::string& address) const { return is_trusted_proxy(options_, address); }

void Entrance::find_address(ApiRequest& request) const {
  const std::string x_forwarded_for = request.header("x-forwarded-for");
  const std::string forwarded = request.header("forwarded");
  request.remote = sender_behind(request.peer, {x_forwarded_for, forwarded},
                                 [this](const std::string& address) { return is_proxy(address); });
}

// A foreign page could let its own name resolve to this node, to read from it. It fails here, because the
// name is not ours.
Status Entrance::check_host(const ApiRequest& request) const {
  const std::string host = ascii_lower(host_of(request.header("host")));
  if (host == "localhost" || (!host_.empty() && host == host_) || !plain_address(host).empty()) return {};
  return fail(Code::kRefused,
              "this node is not known by that name; set http.url to the address that readers use", "Host");
}

// A browser sends cookies, and a proxy adds its header, for any page that makes a request. So a change must
// come from a page of our own, or from a program.
Status Entrance::check_site(const ApiRequest& request) const {
  if (request.method == "GET") return {};
  const std::string site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none")
    return fail(Code::kRefused, Sentence{"request.other_site", "a page of another site asked for this"},
                "Sec-Fetch-Site");
  const std::string origin = request.header("origin");
  const std::string own = options_.url.empty() ? "http://" + request.header("host") : options_.url;
  if (!origin.empty() && origin != own && origin != "http://" + request.header("host"))
    return fail(Code::kRefused, Sentence{"request.other_site", "a page of another site asked for this"},
                "Origin");
  return {};
}

// Callers with a credential are identified later. Until then their requests count like those of strangers.
Status Entrance::check_visitor(ApiRequest& request) {
  // A proxy asks often whether we are ready, for itself: its visitors' requests must not keep it from
  // knowing.
  const bool of_health =
      request.route != nullptr && (request.route->id == "getHealth" || request.route->id == "getReadiness");
  if (of_health && request.remote == request.peer && is_trusted_proxy(options_, request.peer)) return {};
  const MonoTime now = clock_();
  const std::string visitor = visitor_of(request.remote);
  const bool named = names_somebody(request, options_);
  request.throttled =
      !time_.open(visitor, now) || (named ? !requests_.open(visitor, now) : !requests_.take(visitor, now));
  if (request.throttled && !named) return had_enough();
  return {};
}

// A browser asks before a script on a page of another site sends more than a plain GET (the Fetch standard,
// "CORS preflight"). It may send any header with what everybody may read. A change is never allowed.
HttpResponse Entrance::options(ApiRequest& request, const std::string& allowed) const {
  HttpResponse out{204, "text/plain", "", {{"Allow", allowed + ", OPTIONS"}}};
  std::string ignored;
  request.method = "GET";
  const bool read = routes_.match(request, ignored).ok() && request.route->everybodys();
  if (!options_.public_reading || !read) return out;
  out.headers["Access-Control-Allow-Origin"] = "*";
  out.headers["Access-Control-Allow-Methods"] = "GET, HEAD";
  out.headers["Access-Control-Allow-Headers"] = "*";
  out.headers["Access-Control-Max-Age"] = "86400";
  return out;
}

std::optional<HttpResponse> Entrance::look(ApiRequest& request) {
  std::string allowed;
  const Status served = request.fault ? Status(*request.fault) : routes_.match(request, allowed);
  if (!served.ok()) {
    if (request.method == "OPTIONS" && !allowed.empty()) {
      Status may;
      if (!request.local) {
        find_address(request);
        may = check_host(request);
        if (may.ok()) may = check_visitor(request);
      }
      return may.ok() ? options(request, allowed) : problem(may.error());
    }
    HttpResponse refusal = problem(served.error());
    if (!allowed.empty()) refusal.headers["Allow"] = allowed;
    if (!allowed.empty() || !reads_pages(request)) return refusal;
    // The page that says so takes more time than those few bytes. So its visitor is looked at like others.
    request.fault = served.error();
  }
  if (request.local) return std::nullopt;
  find_address(request);
  Status may = check_host(request);
  if (may.ok()) may = check_site(request);
  if (may.ok()) may = check_visitor(request);
  if (may.ok()) return std::nullopt;
  HttpResponse refusal = problem(may.error());
  // A script on a page of another site is told when to come again.
  if (may.error().code == Code::kTooMany && options_.public_reading && !request.fault &&
      request.route->everybodys())
    refusal.headers["Access-Control-Allow-Origin"] = "*";
  refusals_.count(request.fault ? "unserved" : request.route->id, refusal.status, request.remote);
  return refusal;
}

void Entrance::charge(const ApiRequest& request, std::chrono::nanoseconds took) {
  if (request.local || request.caller.by != Caller::By::kNothing) return;
  charge_time(request.remote, took);
  // The caller claimed to be somebody and was not: the request counts now.
  if (names_somebody(request, options_)) requests_.charge(visitor_of(request.remote), 1, clock_());
}

void Entrance::charge_time(const std::string& address, std::chrono::nanoseconds took) {
  time_.charge(visitor_of(address), std::chrono::duration<double>(took).count(), clock_());
}

bool Entrance::has_time(const std::string& address) { return time_.open(visitor_of(address), clock_()); }

}  // namespace koinon
