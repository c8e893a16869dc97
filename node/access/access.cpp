#include "node/access/access.h"

#include <algorithm>

#include "crypto/ed25519.h"
#include "crypto/hmac.h"
#include "crypto/secret_memory.h"
#include "node/text/forwarded.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::string_view kBearer = "bearer";
constexpr std::string_view kTokenPrefix = "koinon_";
constexpr std::size_t kSecretChars = 52;

Error unknown_secret(CredentialKind kind) {
  if (kind == CredentialKind::kFeed)
    return fail(Code::kUnauthenticated,
                "the key of this address is not known here, or has expired or been revoked; make another "
                "address, and subscribe to that",
                "key");
  return fail(Code::kUnauthenticated, "the token is not known here, or has expired or been revoked",
              "Authorization");
}

Caller caller_of(const User& user, Caller::By by) {
  Caller out;
  out.by = by;
  out.role = user.role;
  out.user = user.id;
  out.name = user.name;
  out.office = user.office;
  out.person = user.person;
  return out;
}

// Whoever has the token gets nothing of its account but the name.
Caller measuring(const User& user, const Credential& credential) {
  Caller out;
  out.by = Caller::By::kToken;
  out.name = user.name;
  out.credential = credential.id;
  out.measures = true;
  return out;
}

}  // namespace

Error had_enough() {
  return fail(Code::kTooMany,
              Sentence{"request.too_many", "too many requests from this address; try again in a minute"},
              "target");
}

bool is_trusted_proxy(const AccessOptions& options, const std::string& peer) {
  return peer == kProxySocket ? options.proxy_socket : any_contains(options.proxies, peer);
}

std::optional<std::string> own_token(std::string_view authorization) {
  const std::string text = trimmed(authorization);
  const auto space = text.find(' ');
  if (space == std::string::npos || ascii_lower(std::string_view(text).substr(0, space)) != kBearer)
    return std::nullopt;
  std::string token = trimmed(std::string_view(text).substr(space));
  if (!token.starts_with(kTokenPrefix)) return std::nullopt;
  return token;
}

Access::Access(Accounts& accounts, AccessOptions options, Guesses& guesses, std::function<UnixMillis()> clock)
    : accounts_(accounts), options_(std::move(options)), guesses_(guesses), clock_(std::move(clock)) {}

Result<Caller> Access::identify(const Claims& claims) {
  if (claims.local) {
    Caller caller;
    caller.by = Caller::By::kSocket;
    caller.role = Role::kOperator;
    caller.name = "local";
    return caller;
  }
  if (claims.token) return guess(*claims.token, CredentialKind::kToken, Caller::By::kToken, claims.remote);
  // The header counts only if the proxy sends it. Anybody else could claim any name.
  if (!claims.sso_name.empty() && from_proxy(claims)) return by_name(claims.sso_name);
  if (!claims.session.empty()) {
    auto caller =
        by_token(std::string(kTokenPrefix) + claims.session, CredentialKind::kSession, Caller::By::kSession);
    // After a session has ended, the browser still sends its cookie. Then it reads on without an account.
    const bool ended = !caller.ok() && caller.error().code == Code::kUnauthenticated;
    return ended ? Result<Caller>(Caller()) : caller;
  }
  if (!claims.feed_key.empty())
    return guess(std::string(kTokenPrefix) + claims.feed_key, CredentialKind::kFeed, Caller::By::kFeedKey,
                 claims.remote);
  return Caller();
}

Status Access::admit(const Caller& caller, const Claims& claims, const Wanted& wanted) const {
  if (caller.by == Caller::By::kSocket) return {};
  if (wanted.throttled && caller.by == Caller::By::kNothing) return had_enough();
  KOINON_TRY(check_forgery(caller, claims, wanted));
  KOINON_TRY(check_need(caller, wanted.need, options_.public_reading));
  return check_person(caller, wanted.takes_person);
}

Status Access::admit_still(const Claims& claims, Need need) {
  if (claims.local) return {};
  KOINON_ASSIGN(const Caller caller, identify(claims));
  return check_need(caller, need, options_.public_reading);
}

Result<Caller> Access::guess(const std::string& text, CredentialKind kind, Caller::By by,
                             const std::string& address) {
  auto caller = by_token(text, kind, by);
  const bool wrong = !caller.ok() && caller.error().code == Code::kUnauthenticated;
  if (wrong) KOINON_TRY(guesses_.wrong_token(address));
  return caller;
}

Result<Caller> Access::by_token(const std::string& text, CredentialKind kind, Caller::By by) {
  if (!text.starts_with(kTokenPrefix) || text.size() != kTokenPrefix.size() + kSecretChars)
    return unknown_secret(kind);
  const std::string_view secret = std::string_view(text).substr(kTokenPrefix.size());
  KOINON_ASSIGN(auto credential, accounts_.check(secret, kind, clock_()));
  if (!credential && kind == CredentialKind::kToken) {
    KOINON_ASSIGN(credential, accounts_.check(secret, CredentialKind::kMetrics, clock_()));
  }
  if (!credential) return unknown_secret(kind);
  KOINON_ASSIGN(const auto user, accounts_.get(credential->user));
  if (!user) return unknown_secret(kind);
  if (credential->kind == CredentialKind::kMetrics) return measuring(*user, *credential);
  Caller caller = caller_of(*user, by);
  caller.role = std::min(user->role, credential->scope);
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
  return caller_of(*user, Caller::By::kProxy);
}

// The address alone proves nothing: every program on the proxy's machine has it. The proxy's socket every
// program of its group can open: it is enough only where there is no secret.
bool Access::from_proxy(const Claims& claims) const {
  if (!is_trusted_proxy(options_, claims.peer)) return false;
  if (options_.sso_secret.empty()) return claims.peer == kProxySocket;
  return same_secret(claims.sso_secret, options_.sso_secret);
}

// The entrance has already checked from which site a browser's request comes. A browser sends some
// credentials by itself. With these a change also needs a token that only our own pages and programs can
// send.
Status Access::check_forgery(const Caller& caller, const Claims& claims, const Wanted& wanted) {
  // The form of a page carries its token in the body, which is read and checked later.
  if (!wanted.changes || wanted.is_page) return {};
  if (caller.by == Caller::By::kSession && !same_secret(claims.csrf, caller.csrf))
    return fail(Code::kRefused, "the session's CSRF token is missing or wrong", "Koinon-CSRF");
  if (caller.by == Caller::By::kProxy && claims.csrf.empty())
    return fail(Code::kRefused, "send any value, so that it is no page of another site that asks",
                "Koinon-CSRF");
  return {};
}

// Browsers send __Host- cookies only over TLS, and only to this host.
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

std::string own_url(const AccessOptions& options) {
  if (!options.url.empty()) return options.url;
  return "http://" + (options.host.empty() ? "localhost" : options.host) + ":" + std::to_string(options.port);
}

std::string Access::base_url(bool local, const std::string& host) const {
  if (local || !options_.url.empty()) return own_url(options_);
  return "http://" + (host.empty() ? std::string("localhost") : host);
}

}  // namespace koinon
