#include "node/api/admission.h"

#include "node/api/routes.h"
#include "node/http/cookies.h"

namespace koinon {
namespace {

Claims claims_of(const Access& access, const ApiRequest& request) {
  Claims out;
  out.local = request.local;
  out.peer = request.peer;
  out.remote = request.remote;
  out.authorization = request.header("authorization");
  const std::string& sso_header = access.options().sso_header;
  if (!sso_header.empty() && request.headers.contains(sso_header)) out.sso_name = request.header(sso_header);
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
  const Claims claims = claims_of(access, request);
  KOINON_ASSIGN(request.caller, access.identify(claims));
  const Route& route = *request.route;
  return access.admit(
      request.caller, claims,
      {route.need, route.takes_person, request.method != "GET", route.page, request.throttled});
}

Status admit_still(Access& access, const ApiRequest& request) {
  return access.admit_still(claims_of(access, request), request.route->need);
}

std::string base_url(const Access& access, const ApiRequest& request) {
  return access.base_url(request.local, request.header("host"));
}

}  // namespace koinon
