#include "node/pages/account_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/credentials_api.h"
#include "node/api/sessions_api.h"
#include "node/pages/note_view.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int kWeek = 7;  // days
constexpr std::size_t kSmallForm = 16 * limits::kKiB;

json::array shown_of(const Visit& visit, const Result<std::vector<Credential>>& credentials) {
  json::array out;
  if (!credentials.ok()) return out;
  for (const Credential& one : *credentials) {
    out.push_back(
        json::object{{"id", one.id},
                     {"label", one.label.empty() ? one.id : one.label},
                     {"scope", visit.say("role." + std::string(role_text(one.scope)))},
                     {"made", date_of(visit, one.created_at)},
                     {"used", one.used_at.value > 0 ? date_of(visit, one.used_at) : std::string()}});
  }
  return out;
}

// Topics with a comma between, all of them as often.
json::object mail_wishes(const Visit& visit) {
  json::array digests;
  const std::int64_t days = visit.field("days") == "7" ? kWeek : 1;
  std::string topic;
  for (const char c : visit.field("digests") + ",") {
    if (c != ',' && c != ' ') {
      topic += c;
    } else if (!topic.empty()) {
      digests.push_back(json::object{{"topic", topic}, {"days", days}});
      topic.clear();
    }
  }
  return {{"at_once", visit.field("at_once") == "yes"}, {"digests", std::move(digests)}};
}

}  // namespace

void AccountPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/login", Need::kAnyone, "showLogin", "Where one logs in",
             [this](Visit visit) { return login_form(std::move(visit)); }, {"next"});
  frame_.post(
      routes, "/login", Need::kAnyone, "postLogin", "Log in on a page",
      [this](Visit visit) { return log_in(std::move(visit)); }, kSmallForm);
  frame_.post(
      routes, "/logout", Need::kReader, "postLogout", "Log out on a page",
      [this](Visit visit) { return log_out(std::move(visit)); }, kSmallForm);
  frame_.get(routes, "/welcome/{code}", Need::kAnyone, "getWelcome", "The page of a one-time link",
             [this](Visit visit) { return welcome_form(std::move(visit)); });
  frame_.post(
      routes, "/welcome/{code}", Need::kAnyone, "postWelcome",
      "Set a password on the page of a one-time link",
      [this](Visit visit) { return welcome(std::move(visit)); }, kSmallForm);
  frame_.get(routes, "/account", Need::kReader, "showAccount", "One's own account",
             [this](Visit visit) { return account(std::move(visit)); });
  frame_.post(
      routes, "/account", Need::kReader, "postAccount", "Change one's own account",
      [this](Visit visit) { return change_account(std::move(visit)); }, kSmallForm);
}

asio::awaitable<HttpResponse> AccountPages::login_form(Visit visit) {
  PageView view{"login", visit.say("login.title"), {}, 200, "", ""};
  view.model = {{"next", visit.request.param("next")}, {"problem", ""}, {"name", ""}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::log_in(Visit visit) {
  LoginQuery query{visit.field("name"), visit.field("password")};
  const auto done = co_await frame_.call(visit, sessions_.log_in, std::move(query));
  if (!done.ok()) {
    const Error& error = done.error();
    PageView view{"login", visit.say("login.title"), {}, status_of(error.code), "", ""};
    view.model = {{"next", visit.field("next")},
                  {"problem", error.code == Code::kTooMany ? visit.fault(error) : visit.say("login.wrong")},
                  {"name", visit.field("name")}};
    co_return frame_.show(visit, std::move(view));
  }
  HttpResponse out = PageFrame::go(visit.field("next"));
  out.headers["Set-Cookie"] = done->cookie;
  co_return out;
}

asio::awaitable<HttpResponse> AccountPages::log_out(Visit visit) {
  const auto done = co_await frame_.call(visit, sessions_.log_out, Nothing{});
  HttpResponse out = PageFrame::go("/");
  if (done.ok()) out.headers["Set-Cookie"] = done->cookie;
  co_return out;
}

asio::awaitable<HttpResponse> AccountPages::welcome_form(Visit visit) {
  PageView view{
      "welcome", visit.say("welcome.title"), {{"code", visit.request.arg("code")}, {"problem", ""}}, 200, "",
      ""};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::welcome(Visit visit) {
  LinkUse use{visit.request.arg("code"), visit.field("password")};
  const auto done = co_await frame_.call(visit, sessions_.use_link, std::move(use));
  if (done.ok()) co_return PageFrame::go("/login");
  PageView view{"welcome", visit.say("welcome.title"), {}, status_of(done.error().code), "", ""};
  view.model = {{"code", visit.request.arg("code")}, {"problem", visit.fault(done.error())}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::show_account(Visit visit, json::object news) {
  const Caller& caller = visit.request.caller;
  PageView view{"account", visit.say("account.title"), std::move(news), 200, "", ""};
  view.model["name"] = caller.name;
  view.model["role"] = visit.say("role." + std::string(role_text(caller.role)));
  view.model["office"] = caller.office;
  view.model["has_account"] = caller.user.value != 0;
  if (caller.user.value == 0) co_return frame_.show(visit, std::move(view));
  const NamedAccount named{caller.name};
  const auto tokens = co_await frame_.call(visit, credentials_.list_tokens, named);
  const auto feeds = co_await frame_.call(visit, credentials_.list_feeds, named);
  const OperationInput own{{{"name", caller.name}}, {}, {}};
  const OperationResult mail = co_await frame_.call(visit, "getMailWishes", own);
  view.model["tokens"] = shown_of(visit, tokens);
  view.model["feeds"] = shown_of(visit, feeds);
  view.model["email"] = text_at(mail.body, "email");
  const auto* at_once = mail.body.if_contains("at_once");
  view.model["at_once"] = at_once != nullptr && at_once->is_bool() && at_once->as_bool();
  std::string topics;
  bool weekly = false;
  for (const auto& item : array_at(mail.body, "digests")) {
    const std::string topic = text_at(item.as_object(), "topic");
    topics += (topics.empty() ? "" : ", ") + topic;
    weekly = weekly || number_at(item.as_object(), "days") == kWeek;
  }
  view.model["digest_topics"] = topics;
  view.model["weekly"] = weekly;
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::account(Visit visit) {
  co_return co_await show_account(visit, {});
}

asio::awaitable<HttpResponse> AccountPages::make_credential(Visit visit) {
  const bool token = visit.field("do") == "token";
  CredentialWish wish{visit.request.caller.name, visit.field("label"), {}, {}};
  if (const std::string scope = visit.field("scope"); token && !scope.empty()) {
    const auto role = parse_role(scope);
    if (!role.ok()) co_return co_await show_account(visit, {{"problem", visit.fault(role.error())}});
    wish.scope = *role;
  }
  const auto& operation = token ? credentials_.add_token : credentials_.add_feed;
  const auto made = co_await frame_.call(visit, operation, std::move(wish));
  if (!made.ok()) co_return co_await show_account(visit, {{"problem", visit.fault(made.error())}});
  co_return co_await show_account(visit, {{"secret", token ? made->secret : made->url}});
}

asio::awaitable<std::optional<Status>> AccountPages::carry_out(Visit visit) {
  const std::string wish = visit.field("do");
  const std::string& name = visit.request.caller.name;
  if (wish == "remove-token" || wish == "remove-feed") {
    const auto& operation = wish == "remove-token" ? credentials_.remove_token : credentials_.remove_feed;
    const auto done = co_await frame_.call(visit, operation, NamedCredential{name, visit.field("id")});
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "password") {
    PasswordChange change{name, visit.field("old"), visit.field("new"), visit.field("end_tokens") == "yes"};
    const auto done = co_await frame_.call(visit, sessions_.set_password, std::move(change));
    co_return done.ok() ? Status() : done.error();
  }
  if (wish != "mail" && wish != "digests") co_return std::nullopt;
  OperationInput input{{{"name", name}}, {}, {}, wish == "mail", {}};
  if (wish == "mail") input.body = mail_wishes(visit);
  const OperationResult done =
      co_await frame_.call(visit, wish == "mail" ? "setMailWishes" : "sendDigests", std::move(input));
  co_return done.ok() ? Status() : done.problem();
}

asio::awaitable<HttpResponse> AccountPages::change_account(Visit visit) {
  const std::string wish = visit.field("do");
  if (wish == "token" || wish == "feed") co_return co_await make_credential(std::move(visit));
  const std::optional<Status> done = co_await carry_out(visit);
  if (!done) co_return frame_.sorry(visit, fail(Code::kInvalidArgument, visit.say("error.stale_form"), "do"));
  if (!done->ok()) co_return co_await show_account(visit, {{"problem", visit.fault(done->error())}});
  co_return PageFrame::go("/account");
}

}  // namespace koinon
