#include "node/api/accounts_api.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "crypto/password.h"
#include "node/api/account_rules.h"
#include "node/api/admission.h"
#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/query_params.h"
#include "node/replication/from_callback.h"
#include "node/text/mail_address.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kCsrfBytes = 16;
constexpr std::size_t kSessionIdBytes = 6;
constexpr std::size_t kSmallBody = 16 * limits::kKiB;

json::object user_json(const User& user) {
  return {{"name", user.name},
          {"role", role_text(user.role)},
          {"office", user.office},
          {"person", user.person},
          {"email", user.email},
          {"has_password", !user.password.empty()},
          {"created_at", time_text(user.created_at)}};
}

// Reads what a request says of an account into it; members that it does not name stay.
Status read_user(const json::object& object, User& user) {
  if (object.contains("role")) {
    KOINON_ASSIGN(user.role, parse_role(text_member(object, "role")));
  }
  if (object.contains("office")) user.office = text_member(object, "office");
  if (object.contains("person")) user.person = text_member(object, "person");
  if (object.contains("email")) user.email = text_member(object, "email");
  KOINON_TRY(check_line(user.office, "office"));
  KOINON_TRY(check_line(user.person, "person"));
  return check_email(user.email);
}

}  // namespace

void AccountsApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* method, const std::string& pattern, Need need, const char* id,
                       const char* summary, const char* takes, const char* gives, unsigned status,
                       RouteHandler handler, std::vector<std::string> query = {}) {
    Route route{{method, pattern, need, id, "accounts", summary, std::move(query), takes, gives, status},
                std::move(handler)};
    route.body_limit = kSmallBody;
    // Makes or changes what people are known by, or what their credentials may.
    const std::string_view name(id);
    route.takes_person = name == "addAccount" || name == "changeAccount" || name == "removeAccount" ||
                         name == "makeLink" || name == "setPassword";
    routes.add(std::move(route));
  };
  const auto now = [this](Result<HttpResponse> (AccountsApi::*handler)(const ApiRequest&)) {
    return at_once([this, handler](const ApiRequest& request) { return (this->*handler)(request); });
  };
  const auto later =
      [this](asio::awaitable<HttpResponse> (AccountsApi::*handler)(ApiRequest)) -> RouteHandler {
    return [this, handler](ApiRequest request) { return (this->*handler)(std::move(request)); };
  };
  add("POST", "/api/v1/sessions", Need::kAnyone, "logIn", "Log in; sets the session's cookie", "Login",
      "Session", 201, later(&AccountsApi::log_in));
  add("DELETE", "/api/v1/sessions/current", Need::kReader, "logOut", "End this session", "", "", 204,
      now(&AccountsApi::log_out));
  add("GET", "/api/v1/me", Need::kReader, "getMe", "Who asks, and what they may", "", "Me", 200,
      now(&AccountsApi::me));
  add("POST", "/api/v1/passwords", Need::kAnyone, "useLink", "Set a password by a one-time code",
      "PasswordByCode", "", 204, later(&AccountsApi::use_link));
  add("GET", "/api/v1/accounts", Need::kOperator, "listAccounts", "Every account", "", "AccountList", 200,
      now(&AccountsApi::list));
  add("POST", "/api/v1/accounts", Need::kOperator, "addAccount", "Make an account; gives a one-time link",
      "AccountRequest", "AccountLink", 201, now(&AccountsApi::add));
  const std::string one = "/api/v1/accounts/{name}";
  add("PATCH", one, Need::kOperator, "changeAccount", "Change what an account may", "AccountChange",
      "Account", 200, now(&AccountsApi::change));
  add("DELETE", one, Need::kOperator, "removeAccount", "Remove an account with all that is its own", "", "",
      204, now(&AccountsApi::remove));
  add("POST", one + "/link", Need::kOperator, "makeLink", "A one-time link to set a new password", "",
      "AccountLink", 201, now(&AccountsApi::make_link));
  add("PUT", one + "/password", Need::kReader, "setPassword", "Change one's own password", "PasswordChange",
      "", 204, later(&AccountsApi::set_password));
  add("GET", "/api/v1/audit", Need::kOperator, "listAudit", "Who changed what, newest first", "", "AuditList",
      200, now(&AccountsApi::audit), {"limit", "cursor"});
}

// --- passwords and sessions ---

asio::awaitable<Result<bool>> AccountsApi::check_password(std::string hash, std::string password) {
  Commons* commons = &parts_.commons;
  if (commons->passwords_waiting.fetch_add(1) >= limits::kPasswordChecks) {
    --commons->passwords_waiting;
    co_return fail(Code::kTooMany, Sentence{"login.too_many_at_once", "too many log in at once; try again"},
                   "password");
  }
  ++commons->passwords_checked;
  asio::thread_pool* pool = &parts_.slow;
  Beginning<bool> begin = [pool, commons, hash, password](std::function<void(bool)> done) {
    asio::post(*pool, [commons, hash, password, done] {
      const bool right = password_matches(hash, password);
      --commons->passwords_waiting;
      done(right);
    });
  };
  co_return co_await from_callback<bool>(std::move(begin));
}

asio::awaitable<Result<std::string>> AccountsApi::hash(std::string password) {
  asio::thread_pool* pool = &parts_.slow;
  Beginning<Result<std::string>> begin = [pool, password](std::function<void(Result<std::string>)> done) {
    asio::post(*pool, [password, done] { done(hash_password(password)); });
  };
  co_return co_await from_callback<Result<std::string>>(std::move(begin));
}

// A name that there is not takes as long as one that there is, and gets the same answer.
asio::awaitable<HttpResponse> AccountsApi::log_in(ApiRequest request) {
  const auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  const std::string name = text_member(*object, "name").substr(0, limits::kAccountNameBytes);
  const std::string password = text_member(*object, "password");
  if (const Status may = parts_.commons.guesses.may_try(name, request.remote); !may.ok())
    co_return problem(may.error());
  const auto user = shared_.accounts.find(name);
  if (!user.ok()) co_return problem(user.error());
  const bool known = user->has_value() && !(*user)->password.empty();
  const auto right = co_await check_password(known ? (*user)->password : hash_of_nobody(), password);
  if (!right.ok()) co_return problem(right.error());
  parts_.commons.guesses.tried(name, request.remote, known && *right);
  if (!known || !*right)
    co_return problem(fail(Code::kUnauthenticated,
                           Sentence{"login.wrong", "the name or the password is wrong"}, "password"));
  Credential session;
  session.kind = CredentialKind::kSession;
  session.user = (*user)->id;
  session.scope = Role::kOperator;
  session.csrf = to_hex(random_bytes(kCsrfBytes));
  session.created_at = parts_.clock.wall();
  session.expires_at = {session.created_at.value +
                        std::chrono::milliseconds(limits::kSessionLifetime).count()};
  // A clock that is ahead must not delete what is still good; what has expired opens nothing all the same.
  if (!parts_.clock_questions.standing().off()) (void)shared_.accounts.expire(session.created_at);
  session.id = to_hex(random_bytes(kSessionIdBytes));
  const auto secret = shared_.accounts.issue(session);
  if (!secret.ok()) co_return problem(secret.error());
  // A password that was changed while it was checked opens nothing: the change ends what stands, this what
  // came just after it.
  const auto now = shared_.accounts.get((*user)->id);
  if (!now.ok() || !*now || (*now)->password != (*user)->password) {
    (void)shared_.accounts.revoke((*user)->id, session.id);
    co_return problem(fail(Code::kUnauthenticated,
                           Sentence{"login.wrong", "the name or the password is wrong"}, "password"));
  }
  json::object body = user_json(**user);
  body["csrf"] = session.csrf;
  HttpResponse response = json_response(body, 201);
  response.headers["Set-Cookie"] = shared_.access.cookie(*secret);
  co_return response;
}

Result<HttpResponse> AccountsApi::log_out(const ApiRequest& request) {
  if (request.caller.by != Caller::By::kSession) return fail(Code::kRefused, "this is no session", "session");
  KOINON_TRY(shared_.accounts.revoke(request.caller.user, request.caller.credential));
  HttpResponse response{204, "application/json", "", {}};
  response.headers["Set-Cookie"] = shared_.access.cookie("");
  return response;
}

Result<HttpResponse> AccountsApi::me(const ApiRequest& request) {
  json::object body{{"name", request.caller.name},
                    {"role", role_text(request.caller.role)},
                    {"office", request.caller.office},
                    {"person", request.caller.person}};
  if (!request.caller.csrf.empty()) body["csrf"] = request.caller.csrf;
  return json_response(body);
}

asio::awaitable<HttpResponse> AccountsApi::set_password(ApiRequest request) {
  const auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  if (const Status known = check_members(*object, {"old", "new", "end_tokens"}); !known.ok())
    co_return problem(known.error());
  const auto user = account_of(shared_.accounts, request.arg("name"));
  if (!user.ok()) co_return problem(user.error());
  if (user->id != request.caller.user)
    co_return problem(fail(
        Code::kRefused,
        Sentence{"password.of_another", "a password is its owner's to change; others make a one-time link"},
        "name"));
  Guesses& guesses = parts_.commons.guesses;
  if (const Status may = guesses.may_try(user->name, request.remote); !may.ok())
    co_return problem(may.error());
  const auto right = co_await check_password(user->password, text_member(*object, "old"));
  if (!right.ok()) co_return problem(right.error());
  guesses.tried(user->name, request.remote, *right);
  if (!*right)
    co_return problem(
        fail(Code::kRefused, Sentence{"password.old_wrong", "the old password is wrong"}, "old"));
  const std::string wanted = text_member(*object, "new");
  if (const Status rule = check_password_rule(wanted); !rule.ok()) co_return problem(rule.error());
  const auto hashed = co_await hash(wanted);
  if (!hashed.ok()) co_return problem(hashed.error());
  const Status stored =
      put_password(user->id, *hashed, user->password, flag_member(*object, "end_tokens", false));
  if (!stored.ok()) co_return problem(stored.error());
  HttpResponse response{204, "application/json", "", {}};
  response.headers["Set-Cookie"] = shared_.access.cookie("");
  co_return response;
}

// The password alone: what became of the account while it was hashed stands. Whoever was logged in is no
// longer.
Status AccountsApi::put_password(UserId user, const std::string& hash,
                                 const std::optional<std::string>& before, bool end_tokens) {
  KOINON_TRY(shared_.accounts.set_password(user, hash, before));
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kSession));
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kOneTime));
  if (!end_tokens) return {};
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kToken));
  return shared_.accounts.revoke_all(user, CredentialKind::kFeed);
}

asio::awaitable<Status> AccountsApi::take_link(std::string code, std::string password, bool end_tokens,
                                               std::string remote) {
  Guesses& guesses = parts_.commons.guesses;
  if (const Status may = guesses.may_try({}, remote); !may.ok()) co_return may.error();
  if (const Status rule = check_password_rule(password); !rule.ok()) co_return rule.error();
  const auto link = shared_.accounts.check(code, CredentialKind::kOneTime, parts_.clock.wall());
  if (!link.ok()) co_return link.error();
  guesses.tried({}, remote, link->has_value());
  if (!*link)
    co_return fail(
        Code::kNotFound,
        Sentence{"link.used", "this link has been used already, or has expired; ask for a new one"}, "code");
  const UserId id = (*link)->user;
  const auto hashed = co_await hash(password);
  if (!hashed.ok()) co_return hashed.error();
  // Used once: whoever takes it away sets the password.
  if (const Status taken = shared_.accounts.revoke(id, (*link)->id); !taken.ok()) co_return taken.error();
  co_return put_password(id, *hashed, std::nullopt, end_tokens);
}

asio::awaitable<HttpResponse> AccountsApi::use_link(ApiRequest request) {
  const auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  const Status done = co_await take_link(text_member(*object, "code"), text_member(*object, "password"),
                                         flag_member(*object, "end_tokens", false), request.remote);
  co_return done.ok() ? HttpResponse{204, "application/json", "", {}} : problem(done.error());
}

// --- accounts ---

Result<HttpResponse> AccountsApi::list(const ApiRequest&) {
  KOINON_ASSIGN(const auto users, shared_.accounts.all());
  json::array items;
  for (const User& user : users) items.push_back(user_json(user));
  return json_response({{"items", std::move(items)}});
}

Result<std::string> AccountsApi::issue_link(UserId user, const ApiRequest& request) {
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kOneTime));
  Credential link;
  link.kind = CredentialKind::kOneTime;
  link.user = user;
  link.created_at = parts_.clock.wall();
  link.expires_at = {link.created_at.value + std::chrono::milliseconds(limits::kOneTimeLifetime).count()};
  KOINON_ASSIGN(const std::string code, shared_.accounts.issue(link));
  return base_url(shared_.access, request) + "/welcome/" + code;
}

Result<HttpResponse> AccountsApi::add(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"name", "role", "office", "person", "email"}));
  KOINON_ASSIGN(const auto all, shared_.accounts.all());
  if (all.size() >= limits::kAccounts)
    return fail(Code::kTooLarge,
                Sentence{"account.too_many",
                         "a node has at most {most} accounts",
                         {{"most", std::int64_t{limits::kAccounts}}}},
                "name");
  User user;
  user.name = text_member(object, "name");
  KOINON_TRY(check_account_name(user.name));
  KOINON_TRY(read_user(object, user));
  user.created_at = parts_.clock.wall();
  KOINON_ASSIGN(user.id, shared_.accounts.add(user));
  KOINON_ASSIGN(const std::string link, issue_link(user.id, request));
  json::object body = user_json(user);
  body["link"] = link;
  return json_response(body, 201);
}

Result<HttpResponse> AccountsApi::change(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"role", "office", "person", "email"}));
  KOINON_ASSIGN(const User user, account_of(shared_.accounts, request.arg("name")));
  KOINON_ASSIGN(const User changed,
                shared_.accounts.change(user.id, [&](User& one) { return read_user(object, one); }));
  return json_response(user_json(changed));
}

Result<HttpResponse> AccountsApi::remove(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, account_of(shared_.accounts, request.arg("name")));
  KOINON_TRY(shared_.accounts.remove(user.id));
  return HttpResponse{204, "application/json", "", {}};
}

Result<HttpResponse> AccountsApi::make_link(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, account_of(shared_.accounts, request.arg("name")));
  KOINON_ASSIGN(const std::string link, issue_link(user.id, request));
  json::object body = user_json(user);
  body["link"] = link;
  return json_response(body, 201);
}

// --- audit ---

Result<HttpResponse> AccountsApi::audit(const ApiRequest& request) {
  KOINON_ASSIGN(const std::size_t limit, read_limit(request.query, limits::kPageSize, limits::kPageSizeMax));
  std::int64_t before = 0;
  if (const std::string cursor = request.param("cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok() || *number > INT64_MAX)
      return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    before = static_cast<std::int64_t>(*number);
  }
  KOINON_ASSIGN(const auto lines, shared_.accounts.audit(before, limit));
  json::array items;
  for (const AuditLine& line : lines) {
    items.push_back(json::object{{"id", line.number},
                                 {"at", time_text(line.at)},
                                 {"who", line.who},
                                 {"action", line.action},
                                 {"target", line.target},
                                 {"outcome", line.outcome}});
  }
  json::object body{{"items", std::move(items)}};
  if (lines.size() == limit) body["next"] = std::to_string(lines.back().number);
  return json_response(body);
}

}  // namespace koinon
