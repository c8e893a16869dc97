#include "node/http/access.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <openssl/crypto.h>

#include "crypto/ed25519.h"
#include "crypto/hmac.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kFormKeyBytes = 32;
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kTokenPrefix = "koinon_";
constexpr std::size_t kSecretChars = 52;

// The host of host, host:port or [address]:port.
std::string host_of(std::string_view authority) {
  if (authority.starts_with('[')) return std::string(authority.substr(0, authority.find(']') + 1));
  return std::string(authority.substr(0, authority.find(':')));
}

bool is_address(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

// Compared in a time that does not tell where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

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

Status check_need(const Caller& caller, Need need, bool public_reading) {
  if (need == Need::kReading && public_reading) return {};
  const Role role = needed_role(need);
  if (caller.role >= role) return {};
  if (caller.role == Role::kNobody)
    return fail(Code::kUnauthenticated, "log in, or give a token: this is not open to everyone",
                "Authorization");
  return fail(Code::kRefused,
              "this takes a " + std::string(role_text(role)) + "; you are here as a " +
                  std::string(role_text(caller.role)),
              "role");
}

Access::Access(Accounts& accounts, AccessOptions options, AccessClock clock)
    : accounts_(accounts),
      options_(std::move(options)),
      clock_(std::move(clock)),
      requests_(limits::kHttpRequestsAtOnce, limits::kHttpRequestsPerSecond, limits::kThrottled),
      accounts_tried_(limits::kLoginsAtOnce, limits::kLoginsPerSecond, limits::kThrottled),
      addresses_tried_(limits::kLoginsAtOnce * 4, limits::kLoginsPerSecond * 4, limits::kThrottled),
      anywhere_tried_(limits::kLoginsAtOnce * 10, limits::kLoginsPerSecond * 10, limits::kThrottled),
      form_key_(random_bytes(kFormKeyBytes)) {
  if (const auto url = boost::urls::parse_uri(options_.url); url.has_value()) host_ = url->encoded_host();
}

bool Access::is_proxy(const std::string& address) const {
  return std::find(options_.proxies.begin(), options_.proxies.end(), address) != options_.proxies.end();
}

// Behind a trusted proxy the address is the last one that it did not add itself.
Status Access::find_address(HttpRequest& request) const {
  if (!is_proxy(request.peer)) return {};
  std::string forwarded = request.header("x-forwarded-for");
  while (!forwarded.empty()) {
    const auto comma = forwarded.rfind(',');
    std::string last = comma == std::string::npos ? forwarded : forwarded.substr(comma + 1);
    last.erase(0, last.find_first_not_of(' '));
    forwarded.resize(comma == std::string::npos ? 0 : comma);
    if (!is_address(last)) return fail(Code::kMalformed, "it is a list of addresses", "X-Forwarded-For");
    const bool ours = is_proxy(last);
    request.remote = std::move(last);
    if (!ours) return {};
  }
  return {};
}

// A page of somebody else's that resolves its own name to this node reads nothing of it: the name is not
// ours.
Status Access::check_host(const HttpRequest& request) const {
  const std::string host = host_of(request.header("host"));
  if (host == "localhost" || (!host_.empty() && host == host_) || is_address(host)) return {};
  return fail(Code::kRefused,
              "this node is not known by that name; set http.url to the address that readers use", "Host");
}

Status Access::admit(HttpRequest& request) {
  if (request.local) {
    request.caller.by = Caller::By::kSocket;
    request.caller.role = Role::kOperator;
    request.caller.name = "local";
    return {};
  }
  KOINON_TRY(find_address(request));
  KOINON_TRY(check_host(request));
  KOINON_ASSIGN(request.caller, caller_of(request));
  const bool known = request.caller.by != Caller::By::kNothing;
  if (!known && !requests_.take(request.remote, clock_.mono()))
    return fail(Code::kTooMany, "too many requests from this address; try again in a minute", "target");
  KOINON_TRY(check_forgery(request));
  return check_need(request.caller, request.route->need, options_.public_reading);
}

Status Access::admit_still(const HttpRequest& request) {
  if (request.local) return {};
  KOINON_ASSIGN(const Caller caller, caller_of(request));
  return check_need(caller, request.route->need, options_.public_reading);
}

Result<Caller> Access::caller_of(const HttpRequest& request) {
  if (const std::string header = request.header("authorization"); !header.empty()) {
    if (!header.starts_with(kBearer)) return unknown_secret();
    KOINON_TRY(may_try({}, request.remote));
    auto caller = by_token(header.substr(kBearer.size()), CredentialKind::kToken, Caller::By::kToken);
    tried({}, request.remote, caller.ok());
    return caller;
  }
  if (!options_.sso_header.empty() && request.headers.contains(options_.sso_header)) {
    // From anywhere else the header is somebody's claim.
    const std::string name = request.header(options_.sso_header);
    if (is_proxy(request.peer)) return by_name(name);
  }
  if (const auto secret = cookie_value(request.header("cookie"), cookie_name()); !secret.empty()) {
    auto caller =
        by_token(std::string(kTokenPrefix) + secret, CredentialKind::kSession, Caller::By::kSession);
    // A session that has ended leaves a cookie behind, and its browser reads on as anyone.
    return caller.ok() ? caller : Result<Caller>(Caller());
  }
  const bool feed = request.method == "GET" && request.path.front() == "feeds";
  if (const auto key = request.param("key"); feed && !key.empty()) {
    KOINON_TRY(may_try({}, request.remote));
    auto caller = by_token(std::string(kTokenPrefix) + key, CredentialKind::kFeed, Caller::By::kFeedKey);
    tried({}, request.remote, caller.ok());
    return caller;
  }
  return Caller();
}

Result<Caller> Access::by_token(const std::string& text, CredentialKind kind, Caller::By by) {
  if (!text.starts_with(kTokenPrefix) || text.size() != kTokenPrefix.size() + kSecretChars)
    return unknown_secret();
  KOINON_ASSIGN(const auto credential,
                accounts_.check(std::string_view(text).substr(kTokenPrefix.size()), kind, clock_.wall()));
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

// A browser sends cookies, and a proxy its header, whoever made the page that asks: a change needs what only
// our own pages and programs can send.
Status Access::check_forgery(const HttpRequest& request) const {
  if (request.method == "GET") return {};
  const std::string site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none")
    return fail(Code::kRefused, "a page of another site asked for this", "Sec-Fetch-Site");
  const std::string origin = request.header("origin");
  const std::string own = options_.url.empty() ? "http://" + request.header("host") : options_.url;
  if (!origin.empty() && origin != own && origin != "http://" + request.header("host"))
    return fail(Code::kRefused, "a page of another site asked for this", "Origin");
  // A page's form carries its token in the body, which is read and looked at after this.
  if (request.route->page) return {};
  const std::string given = request.header("koinon-csrf");
  if (request.caller.by == Caller::By::kSession && !same_secret(given, request.caller.csrf))
    return fail(Code::kRefused, "the session's CSRF token is missing or wrong", "Koinon-CSRF");
  if (request.caller.by == Caller::By::kProxy && given.empty())
    return fail(Code::kRefused, "send any value, so that it is no page of another site that asks",
                "Koinon-CSRF");
  return {};
}

// Of one account from one address few; of one account from anywhere more, so that nobody can lock its owner
// out from a single place.
Status Access::may_try(const std::string& account, const std::string& remote) {
  const MonoTime now = clock_.mono();
  const bool open = account.empty() ||
                    (accounts_tried_.open(account + " " + remote, now) && anywhere_tried_.open(account, now));
  if (open && addresses_tried_.open(remote, now)) return {};
  return fail(Code::kTooMany, "too many wrong tries; try again in some minutes", "password");
}

void Access::tried(const std::string& account, const std::string& remote, bool right) {
  if (right) {
    if (!account.empty()) accounts_tried_.forgive(account + " " + remote);
    return;
  }
  const MonoTime now = clock_.mono();
  if (!account.empty()) {
    (void)accounts_tried_.take(account + " " + remote, now);
    (void)anywhere_tried_.take(account, now);
  }
  (void)addresses_tried_.take(remote, now);
}

// __Host- cookies come over TLS alone, and from this host alone.
std::string Access::cookie_name() const {
  return options_.url.starts_with("https://") ? "__Host-koinon" : "koinon";
}

std::string Access::form_token(const std::string& name) const { return to_hex(hmac_sha256(form_key_, name)); }

std::string Access::cookie(const std::string& secret) const {
  std::string out = cookie_name() + "=" + secret + "; Path=/; HttpOnly; SameSite=Lax";
  if (options_.url.starts_with("https://")) out += "; Secure";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits::kSessionLifetime).count();
  return out + "; Max-Age=" + std::to_string(secret.empty() ? 0 : seconds);
}

std::string Access::base_url(const HttpRequest& request) const {
  if (!options_.url.empty()) return options_.url;
  const std::string host = request.header("host");
  return "http://" + (host.empty() ? std::string("localhost") : host);
}

}  // namespace koinon
