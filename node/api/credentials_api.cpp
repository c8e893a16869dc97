#include "node/api/credentials_api.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "node/api/admission.h"
#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kSmallBody = 16 * limits::kKiB;
constexpr std::size_t kLineBytes = 200;
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

json::object credential_json(const Credential& credential) {
  json::object out{{"id", credential.id},
                   {"label", credential.label},
                   {"scope", role_text(credential.scope)},
                   {"created_at", time_text(credential.created_at)}};
  if (credential.expires_at.value > 0) out["expires_at"] = time_text(credential.expires_at);
  if (credential.used_at.value > 0) out["used_at"] = time_text(credential.used_at);
  return out;
}

CredentialKind kind_of(const ApiRequest& request) {
  return request.path.at(4) == "feeds" ? CredentialKind::kFeed : CredentialKind::kToken;
}

}  // namespace

Status check_line(const std::string& text, const std::string& field) {
  const bool control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (text.size() <= kLineBytes && !control && is_utf8(text)) return {};
  return fail(
      Code::kInvalidArgument,
      Sentence{
          "field.one_line", "it is one line of at most {most} bytes", {{"most", std::int64_t{kLineBytes}}}},
      field);
}

Result<User> account_of(Accounts& accounts, const std::string& name) {
  KOINON_ASSIGN(const auto user, accounts.find(name));
  if (!user) return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "name");
  return *user;
}

Result<User> own_account(Accounts& accounts, const ApiRequest& request) {
  const std::string name = request.arg("name");
  if (request.caller.role < Role::kOperator && name != request.caller.name)
    return fail(Code::kRefused, Sentence{"account.of_another", "that is another's account"}, "name");
  return account_of(accounts, name);
}

void CredentialsApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* method, const std::string& pattern, const char* id, const char* summary,
                       const char* takes, const char* gives, unsigned status,
                       Result<HttpResponse> (CredentialsApi::*handler)(const ApiRequest&)) {
    Route route{{method, pattern, Need::kReader, id, "accounts", summary, {}, takes, gives, status},
                koinon::handler(this, handler)};
    route.body_limit = kSmallBody;
    route.takes_person = std::string_view(method) == "POST";
    routes.add(std::move(route));
  };
  const std::string tokens = "/api/v1/accounts/{name}/tokens";
  add("GET", tokens, "listTokens", "API tokens", "", "CredentialList", 200, &CredentialsApi::list);
  add("POST", tokens, "addToken", "Make an API token; it is shown once", "CredentialRequest", "NewCredential",
      201, &CredentialsApi::add);
  add("DELETE", tokens + "/{id}", "removeToken", "Revoke a token", "", "", 204, &CredentialsApi::remove);
  const std::string feeds = "/api/v1/accounts/{name}/feeds";
  add("GET", feeds, "listFeedAddresses", "Personal feed addresses", "", "CredentialList", 200,
      &CredentialsApi::list);
  add("POST", feeds, "addFeedAddress", "Make a personal feed address; its key is shown once",
      "CredentialRequest", "NewCredential", 201, &CredentialsApi::add);
  add("DELETE", feeds + "/{id}", "removeFeedAddress", "Revoke a feed address", "", "", 204,
      &CredentialsApi::remove);
}

Result<HttpResponse> CredentialsApi::list(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, request));
  KOINON_ASSIGN(const auto all, shared_.accounts.of_user(user.id, kind_of(request)));
  json::array items;
  for (const Credential& credential : all) items.push_back(credential_json(credential));
  return json_response({{"items", std::move(items)}});
}

Result<HttpResponse> CredentialsApi::add(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, request));
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"label", "scope", "days"}));
  Credential made;
  made.kind = kind_of(request);
  made.user = user.id;
  made.label = text_member(object, "label");
  KOINON_TRY(check_line(made.label, "label"));
  made.scope = Role::kReader;
  if (made.kind == CredentialKind::kToken && object.contains("scope")) {
    KOINON_ASSIGN(made.scope, parse_role(text_member(object, "scope")));
    const Role most = std::min(user.role, request.caller.role);
    if (made.scope > most)
      return fail(Code::kRefused,
                  Sentence{"token.scope",
                           "a token may no more than its account, a {role}",
                           {{"role", std::string(role_text(most))}}},
                  "scope");
  }
  made.created_at = parts_.clock.wall();
  if (const auto* days = object.if_contains("days")) {
    if (!days->is_int64() || days->as_int64() < 1 || days->as_int64() > 3650)
      return fail(Code::kInvalidArgument, "it is a number of days, 1 to 3650", "days");
    made.expires_at = {made.created_at.value + days->as_int64() * kDayMs};
  }
  KOINON_ASSIGN(const auto all, shared_.accounts.of_user(user.id, made.kind));
  if (all.size() >= limits::kCredentials)
    return fail(Code::kTooLarge,
                Sentence{"credential.too_many",
                         "an account has at most {most} of them; revoke one first",
                         {{"most", std::int64_t{limits::kCredentials}}}},
                "label");
  made.id = to_hex(random_bytes(6));
  KOINON_ASSIGN(const std::string secret, shared_.accounts.issue(made));
  json::object body = credential_json(made);
  if (made.kind == CredentialKind::kToken) {
    body["secret"] = "koinon_" + secret;
  } else {
    body["secret"] = secret;
    body["url"] = base_url(shared_.access, request) + "/feeds/all.atom?key=" + secret;
  }
  return json_response(body, 201);
}

Result<HttpResponse> CredentialsApi::remove(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, request));
  KOINON_TRY(shared_.accounts.revoke(user.id, request.arg("id")));
  return HttpResponse{204, "application/json", "", {}};
}

}  // namespace koinon
