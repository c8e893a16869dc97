#include "node/access/access.h"

#include <algorithm>

#include "crypto/ed25519.h"
#include "crypto/hmac.h"
#include "crypto/secret_memory.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kTokenPrefix = "koinon_";
constexpr std::size_t kSecretChars = 52;

std::string cookie_value(const std::string& header, const std::string& name) {
  for (std::size_t begin = 0; begin < header.size();) {
    auto end = header.find(';', begin);
    if (end == std::string::npos) end = header.size();
    std::string_view pair = std::string_view(header).substr(begin, end - begin);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name + "=")) return std::string(pair.substr(name.size() + 1));
    begin = end + 1;
  }
  return {};
}

Error unknown_secret() {
  return fail(Code::kUnauthenticated, "the token is not known here, or has expired or been revoked",
              "Authorization");
}

}  // namespace

Role needed_role(Need need) {
  switch (need) {
    case Need::kAnyone:
      return Role::kNobody;
    case Need::kReading:
    case Need::kReader:
      return Role::kReader;
    case Need::kPublisher:
      return Role::kPublisher;
    case Need::kReviewer:
      return Role::kReviewer;
    case Need::kOperator:
      return Role::kOperator;
  }
  return Role::kOperator;
}

Status check_person(const Caller& caller, const Route& route) {
  const bool secret = caller.by == Caller::By::kToken || caller.by == Caller::By::kFeedKey;
  if (!route.takes_person || !secret) return {};
  return fail(Code::kRefused, "this takes a person who is logged in, or the Unix socket; no token opens it",
              "Authorization");
}

Status check_need(const Caller& caller, Need need, bool public_reading) {
  if (need == Need::kReading && public_reading) return {};
  const Role role = needed_role(need);
  if (caller.role >= role) return {};
  if (caller.role == Role::kNobody)
    return fail(Code::kUnauthenticated,
                Sentence{"login.needed", "log in, or give a token: this is not open to everyone"},
                "Authorization");
  return fail(Code::kRefused,
              "this takes a " + std::string(role_text(role)) + "; you are here as a " +
                  std::string(role_text(caller.role)),
              "role");
}

Access::Access(Accounts& accounts, AccessOptions options, Guesses& guesses, std::function<UnixMillis()> clock)
    : accounts_(accounts), options_(std::move(options)), guesses_(guesses), clock_(std::move(clock)) {}

Status Access::admit(HttpRequest& request) {
  if (request.local) {
    request.caller.by = Caller::By::kSocket;
    request.caller.role = Role::kOperator;
    request.caller.name = "local";
    return {};
  }
  KOINON_ASSIGN(request.caller, caller_of(request));
  if (request.throttled && request.caller.by == Caller::By::kNothing)
    return fail(Code::kTooMany,
                Sentence{"request.too_many", "too many requests from this address; try again in a minute"},
                "target");
  KOINON_TRY(check_forgery(request));
  KOINON_TRY(check_need(request.caller, request.route->need, options_.public_reading));
  return check_person(request.caller, *request.route);
}

Status Access::admit_still(const HttpRequest& request) {
  if (request.local) return {};
  KOINON_ASSIGN(const Caller caller, caller_of(request));
  return check_need(caller, request.route->need, options_.public_reading);
}

Result<Caller> Access::caller_of(const HttpRequest& request) {
  if (const std::string header = request.header("authorization"); !header.empty()) {
    if (!header.starts_with(kBearer)) return unknown_secret();
    KOINON_TRY(guesses_.may_try({}, request.remote));
    auto caller = by_token(header.substr(kBearer.size()), CredentialKind::kToken, Caller::By::kToken);
    guesses_.tried({}, request.remote, caller.ok());
    return caller;
  }
  if (!options_.sso_header.empty() && request.headers.contains(options_.sso_header)) {
    // From anybody else the header is a claim.
    const std::string name = request.header(options_.sso_header);
    if (from_proxy(request)) return by_name(name);
  }
  if (const auto secret = cookie_value(request.header("cookie"), cookie_name()); !secret.empty()) {
    auto caller =
        by_token(std::string(kTokenPrefix) + secret, CredentialKind::kSession, Caller::By::kSession);
    // A session that has ended leaves a cookie behind, and its browser reads on as anyone.
    const bool ended = !caller.ok() && caller.error().code == Code::kUnauthenticated;
    return ended ? Result<Caller>(Caller()) : caller;
  }
  const bool feed = request.method == "GET" && request.path.front() == "feeds";
  if (const auto key = request.param("key"); feed && !key.empty()) {
    KOINON_TRY(guesses_.may_try({}, request.remote));
    auto caller = by_token(std::string(kTokenPrefix) + key, CredentialKind::kFeed, Caller::By::kFeedKey);
    guesses_.tried({}, request.remote, caller.ok());
    return caller;
  }
  return Caller();
}

Result<Caller> Access::by_token(const std::string& text, CredentialKind kind, Caller::By by) {
  if (!text.starts_with(kTokenPrefix) || text.size() != kTokenPrefix.size() + kSecretChars)
    return unknown_secret();
  KOINON_ASSIGN(const auto credential,
                accounts_.check(std::string_view(text).substr(kTokenPrefix.size()), kind, clock_()));
  if (!credential) return unknown_secret();
  KOINON_ASSIGN(const auto user, accounts_.get(credential->user));
  if (!user) return unknown_secret();
  Caller caller;
  caller.by = by;
  caller.role = std::min(user->role, credential->scope);
  caller.user = user->id;
  caller.name = user->name;
  caller.office = user->office;
  caller.person = user->person;
  caller.credential = credential->id;
  caller.csrf = credential->csrf;
  return caller;
}

Result<Caller> Access::by_name(const std::string& name) {
  KOINON_ASSIGN(const auto user, accounts_.find(name));
  if (!user)
    return fail(Code::kRefused,
                "there is no account of that name here; an operator makes one with koinon user add",
                "account");
  Caller caller;
  caller.by = Caller::By::kProxy;
  caller.role = user->role;
  caller.user = user->id;
  caller.name = user->name;
  caller.office = user->office;
  caller.person = user->person;
  return caller;
}

// The address alone is that of every program of the proxy's machine.
bool Access::from_proxy(const HttpRequest& request) const {
  return !options_.sso_secret.empty() &&
         same_secret(request.header(std::string(kSsoSecretHeader)), options_.sso_secret) &&
         std::find(options_.proxies.begin(), options_.proxies.end(), request.peer) != options_.proxies.end();
}

// Which site a browser's request comes from was looked at at the entrance. Where a browser sends by itself
// what makes it known, a change needs what only our own pages and programs can send besides.
Status Access::check_forgery(const HttpRequest& request) const {
  // A page's form carries its token in the body, which is read and looked at after this.
  if (request.method == "GET" || request.route->page) return {};
  const std::string given = request.header("koinon-csrf");
  if (request.caller.by == Caller::By::kSession && !same_secret(given, request.caller.csrf))
    return fail(Code::kRefused, "the session's CSRF token is missing or wrong", "Koinon-CSRF");
  if (request.caller.by == Caller::By::kProxy && given.empty())
    return fail(Code::kRefused, "send any value, so that it is no page of another site that asks",
                "Koinon-CSRF");
  return {};
}

// __Host- cookies come over TLS alone, and from this host alone.
std::string Access::cookie_name() const {
  return options_.url.starts_with("https://") ? "__Host-koinon" : "koinon";
}

std::string Access::form_token(const std::string& name) const {
  return to_hex(hmac_sha256(options_.form_key, name));
}

std::string Access::cookie(const std::string& secret) const {
  std::string out = cookie_name() + "=" + secret + "; Path=/; HttpOnly; SameSite=Lax";
  if (options_.url.starts_with("https://")) out += "; Secure";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits::kSessionLifetime).count();
  return out + "; Max-Age=" + std::to_string(secret.empty() ? 0 : seconds);
}

std::string Access::base_url(const HttpRequest& request) const {
  if (!options_.url.empty()) return options_.url;
  if (request.local) return "http://localhost:" + std::to_string(options_.port);
  const std::string host = request.header("host");
  return "http://" + (host.empty() ? std::string("localhost") : host);
}

}  // namespace koinon
