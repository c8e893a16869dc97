#include "node/api/accounts_json.h"

#include <boost/json.hpp>

#include "node/api/accounts_api.h"
#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/sessions_api.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object user_json(const UserView& user) {
  return {{"name", user.name},
          {"role", role_text(user.role)},
          {"office", user.office},
          {"person", user.person},
          {"email", user.email},
          {"has_password", user.has_password},
          {"created_at", time_text(user.created_at)}};
}

// --- sessions and passwords ---

Result<LoginQuery> login_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  return LoginQuery{text_member(object, "name"), text_member(object, "password")};
}

Result<LinkUse> link_use_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  return LinkUse{text_member(object, "code"), text_member(object, "password"),
                 flag_member(object, "end_tokens", false)};
}

Result<LinkQuery> link_of_address(const ApiRequest& request) { return LinkQuery{request.arg("code")}; }

Result<PasswordChange> read_password_change(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"old", "new", "end_tokens"}));
  return PasswordChange{request.arg("name"), text_member(object, "old"), text_member(object, "new"),
                        flag_member(object, "end_tokens", false)};
}

HttpResponse session_answer(const ApiRequest&, const SessionView& view) {
  json::object body = user_json(view.user);
  body["csrf"] = view.csrf;
  HttpResponse out = json_response(body, 201);
  out.headers["Set-Cookie"] = view.cookie;
  return out;
}

HttpResponse ended_answer(const ApiRequest& request, const EndedSession& view) {
  HttpResponse out = no_content(request, {});
  out.headers["Set-Cookie"] = view.cookie;
  return out;
}

HttpResponse me_answer(const ApiRequest&, const MeView& view) {
  json::object body{
      {"name", view.name}, {"role", role_text(view.role)}, {"office", view.office}, {"person", view.person}};
  if (!view.csrf.empty()) body["csrf"] = view.csrf;
  return json_response(body);
}

// --- accounts ---

Result<AccountChange> read_change(const json::object& object) {
  AccountChange out;
  if (object.contains("role")) {
    KOINON_ASSIGN(out.role, parse_role(text_member(object, "role")));
  }
  if (object.contains("office")) out.office = text_member(object, "office");
  if (object.contains("person")) out.person = text_member(object, "person");
  if (object.contains("email")) out.email = text_member(object, "email");
  return out;
}

Result<NewAccount> new_account_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"name", "role", "office", "person", "email"}));
  KOINON_ASSIGN(AccountChange rest, read_change(object));
  return NewAccount{text_member(object, "name"), std::move(rest)};
}

Result<ChangedAccount> read_account_change(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"role", "office", "person", "email"}));
  KOINON_ASSIGN(AccountChange change, read_change(object));
  return ChangedAccount{request.arg("name"), std::move(change)};
}

HttpResponse list_answer(const ApiRequest&, const std::vector<UserView>& view) {
  json::array items;
  for (const UserView& user : view) items.push_back(user_json(user));
  return json_response({{"items", std::move(items)}});
}

HttpResponse account_answer(const ApiRequest&, const UserView& view) {
  return json_response(user_json(view));
}

}  // namespace

json::object account_link_json(const AccountLink& view) {
  json::object body = user_json(view.user);
  if (!view.link.empty()) body["link"] = view.link;
  return body;
}

namespace {

HttpResponse link_answer(const ApiRequest&, const AccountLink& view) {
  return json_response(account_link_json(view), 201);
}

HttpResponse audit_answer(const ApiRequest&, const AuditView& view) {
  json::array items;
  for (const AuditLine& line : view.items) {
    items.push_back(json::object{{"id", line.number},
                                 {"at", time_text(line.at)},
                                 {"who", line.who},
                                 {"action", line.action},
                                 {"target", line.target},
                                 {"outcome", line.outcome},
                                 {"from", line.from}});
  }
  json::object body{{"items", std::move(items)}};
  if (view.next) body["next"] = std::to_string(*view.next);
  return json_response(body);
}

}  // namespace

void add_accounts_routes(RouteTable& routes, CallGate& gate, const SessionsApi& sessions,
                         const AccountsApi& accounts) {
  add_route(routes, gate, sessions.log_in, login_of_body, session_answer);
  add_route(routes, gate, sessions.log_out, read_nothing, ended_answer);
  add_route(routes, gate, sessions.me, read_nothing, me_answer);
  add_route(routes, gate, sessions.look_at_link, link_of_address, account_answer);
  add_route(routes, gate, sessions.use_link, link_use_of_body, no_content);
  add_route(routes, gate, accounts.list, read_nothing, list_answer);
  add_route(routes, gate, accounts.add, new_account_of_body, link_answer);
  add_route(routes, gate, accounts.change, read_account_change, account_answer);
  add_route(routes, gate, accounts.remove, account_arg, no_content);
  add_route(routes, gate, accounts.make_link, account_arg, link_answer);
  add_route(routes, gate, sessions.set_password, read_password_change, ended_answer);
  add_route(
      routes, gate, accounts.list_audit,
      +[](const ApiRequest& request) { return read_audit_query(request.query); }, audit_answer);
}

}  // namespace koinon
