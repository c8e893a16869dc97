#include "node/api/admission.h"

#include "node/api/reader_rule.h"
#include "node/api/routes.h"
#include "node/http/cookies.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

Claims claims_of(const Access& access, const ApiRequest& request) {
  Claims out;
  out.local = request.local;
  out.peer = request.peer;
  out.remote = request.remote;
  out.token = own_token(request.header("authorization"));
  if (const std::string& header = access.options().sso_header; !header.empty())
    out.sso_name = trimmed(request.header(header));
  out.sso_secret = request.header(std::string(kSsoSecretHeader));
  out.session = cookie_value(request.header("cookie"), access.cookie_name());
  out.csrf = request.header("koinon-csrf");
  // What a feed reader fetches: the feeds, and the list of them.
  const bool feed =
      request.method == "GET" && (request.path.front() == "feeds" || request.path.front() == "feeds.opml");
  if (feed) out.feed_key = request.param("key");
  return out;
}

}  // namespace

Status admit(Access& access, ApiRequest& request) {
  const Route& route = *request.route;
  Claims claims = claims_of(access, request);
  auto caller = access.identify(claims);
  // A token that has ended, or that is no longer looked at, must not keep anybody from where one logs in: on
  // pages, and where everybody may go, it is no more than a session that has ended. Programs are told
  // elsewhere.
  const bool opens_nothing = !caller.ok() && (caller.error().code == Code::kUnauthenticated ||
                                              caller.error().code == Code::kTooMany);
  if (opens_nothing && claims.token && (route.page || route.need == Need::kAnyone)) {
    claims.token.reset();
    caller = access.identify(claims);
  }
  if (!caller.ok() && is_server_away(caller.error())) {
    // Nobody can be known at this moment: what everybody may read goes on.
    const bool is_open =
        route.need == Need::kAnyone || (route.need == Need::kReading && access.options().public_reading);
    if (!is_open) return office_away();
    caller = Caller();
  }
  if (!caller.ok()) return caller.error();
  request.caller = std::move(*caller);
  return access.admit(
      request.caller, claims,
      {route.need, route.takes_person, request.method != "GET", route.page, request.throttled});
}

void recognise(Access& access, ApiRequest& request) {
  auto caller = access.identify(claims_of(access, request));
  request.caller = caller.ok() ? std::move(*caller) : Caller();
}

Status admit_still(Access& access, const ApiRequest& request) {
  return access.admit_still(claims_of(access, request), request.route->need);
}

std::string base_url(const Access& access, const ApiRequest& request) {
  return access.base_url(request.local, request.header("host"));
}

}  // namespace koinon
