#include "node/api/credentials_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/credentials_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object credential_json(const Credential& credential) {
  json::object out{{"id", credential.id},
                   {"label", credential.label},
                   {"scope", scope_text(credential)},
                   {"created_at", time_text(credential.created_at)}};
  if (credential.expires_at.value > 0) out["expires_at"] = time_text(credential.expires_at);
  if (credential.used_at.value > 0) out["used_at"] = time_text(credential.used_at);
  return out;
}

Result<NamedCredential> credential_of_address(const ApiRequest& request) {
  return NamedCredential{request.arg("name"), request.arg("id")};
}

Result<CredentialWish> read_wish(const ApiRequest& request, CredentialKind kind) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"label", "scope", "days"}));
  CredentialWish out{request.arg("name"), text_member(object, "label"), {}, {}};
  if (kind == CredentialKind::kToken && object.contains("scope")) {
    out.metrics = text_member(object, "scope") == "metrics";
    if (!out.metrics) {
      KOINON_ASSIGN(out.scope, parse_role(text_member(object, "scope")));
    }
  }
  // What is no whole number is refused as 0 is.
  if (const auto* days = object.if_contains("days")) out.days = days->is_int64() ? days->as_int64() : 0;
  return out;
}

Result<CredentialWish> read_token_wish(const ApiRequest& request) {
  return read_wish(request, CredentialKind::kToken);
}

Result<CredentialWish> read_feed_wish(const ApiRequest& request) {
  return read_wish(request, CredentialKind::kFeed);
}

HttpResponse list_answer(const ApiRequest&, const std::vector<Credential>& view) {
  json::array items;
  for (const Credential& credential : view) items.push_back(credential_json(credential));
  return json_response({{"items", std::move(items)}});
}

std::string_view kind_text(CredentialKind kind) {
  if (kind == CredentialKind::kToken || kind == CredentialKind::kMetrics) return "token";
  return kind == CredentialKind::kFeed ? "feed" : "one-time-link";
}

HttpResponse paused_answer(const ApiRequest&, const std::vector<PausedCredential>& view) {
  json::array items;
  for (const PausedCredential& one : view) {
    json::object item = credential_json(one.credential);
    item["account"] = one.account;
    item["kind"] = kind_text(one.credential.kind);
    item["paused_at"] = time_text(one.credential.paused_at);
    items.push_back(std::move(item));
  }
  return json_response({{"items", std::move(items)}});
}

// {"id": ID} or {"all": true}: nobody lets all count again by leaving a name out.
Result<Resumption> read_resumption(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"id", "all"}));
  Resumption out{text_member(object, "id")};
  if (out.id.empty() != flag_member(object, "all", false))
    return fail(Code::kInvalidArgument, "give an id, or all", "id");
  return out;
}

HttpResponse made_answer(const ApiRequest&, const NewCredential& view) {
  json::object body = credential_json(view.made);
  body["secret"] = view.secret;
  if (!view.url.empty()) body["url"] = view.url;
  return json_response(body, 201);
}

}  // namespace

void add_credentials_routes(RouteTable& routes, CallGate& gate, const CredentialsApi& credentials) {
  add_route(routes, gate, credentials.list_tokens, account_arg, list_answer);
  add_route(routes, gate, credentials.add_token, read_token_wish, made_answer);
  add_route(routes, gate, credentials.remove_token, credential_of_address, no_content);
  add_route(routes, gate, credentials.list_feeds, account_arg, list_answer);
  add_route(routes, gate, credentials.add_feed, read_feed_wish, made_answer);
  add_route(routes, gate, credentials.remove_feed, credential_of_address, no_content);
  add_route(routes, gate, credentials.list_paused, read_nothing, paused_answer);
  add_route(routes, gate, credentials.resume, read_resumption, no_content);
}

}  // namespace koinon
