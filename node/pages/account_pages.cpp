#include "node/pages/account_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/pages/note_view.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int kWeek = 7;  // days
constexpr std::size_t kSmallForm = 16 * limits::kKiB;

json::array credentials(const Visit& visit, const json::object& body) {
  json::array out;
  for (const auto& item : array_at(body, "items")) {
    const json::object& one = item.as_object();
    const std::string label = text_at(one, "label");
    out.push_back(json::object{{"id", text_at(one, "id")},
                               {"label", label.empty() ? text_at(one, "id") : label},
                               {"scope", visit.say("role." + text_at(one, "scope"))},
                               {"made", date_of(visit, text_at(one, "created_at"))},
                               {"used", date_of(visit, text_at(one, "used_at"))}});
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
  OperationInput input{
      {}, {}, {{"name", visit.field("name")}, {"password", visit.field("password")}}, true, {}};
  const OperationResult done = co_await frame_.call(visit, "logIn", std::move(input));
  if (!done.ok()) {
    PageView view{"login", visit.say("login.title"), {}, done.status, "", ""};
    view.model = {{"next", visit.field("next")},
                  {"problem", done.status == 429 ? visit.fault(done.problem()) : visit.say("login.wrong")},
                  {"name", visit.field("name")}};
    co_return frame_.show(visit, std::move(view));
  }
  HttpResponse out = PageFrame::go(visit.field("next"));
  for (const auto& [name, value] : done.response.headers) {
    if (name == "Set-Cookie") out.headers[name] = value;
  }
  co_return out;
}

asio::awaitable<HttpResponse> AccountPages::log_out(Visit visit) {
  const OperationResult done = co_await frame_.call(visit, "logOut");
  HttpResponse out = PageFrame::go("/");
  for (const auto& [name, value] : done.response.headers) {
    if (name == "Set-Cookie") out.headers[name] = value;
  }
  co_return out;
}

asio::awaitable<HttpResponse> AccountPages::welcome_form(Visit visit) {
  PageView view{
      "welcome", visit.say("welcome.title"), {{"code", visit.request.arg("code")}, {"problem", ""}}, 200, "",
      ""};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::welcome(Visit visit) {
  OperationInput input{
      {}, {}, {{"code", visit.request.arg("code")}, {"password", visit.field("password")}}, true, {}};
  const OperationResult done = co_await frame_.call(visit, "useLink", std::move(input));
  if (done.ok()) co_return PageFrame::go("/login");
  PageView view{"welcome", visit.say("welcome.title"), {}, done.status, "", ""};
  view.model = {{"code", visit.request.arg("code")}, {"problem", visit.fault(done.problem())}};
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
  const OperationInput own{{{"name", caller.name}}, {}, {}};
  const OperationResult tokens = co_await frame_.call(visit, "listTokens", own);
  const OperationResult feeds = co_await frame_.call(visit, "listFeedAddresses", own);
  const OperationResult mail = co_await frame_.call(visit, "getMailWishes", own);
  view.model["tokens"] = credentials(visit, tokens.body);
  view.model["feeds"] = credentials(visit, feeds.body);
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

asio::awaitable<HttpResponse> AccountPages::change_account(Visit visit) {
  const std::string wish = visit.field("do");
  OperationInput input{{{"name", visit.request.caller.name}}, {}, {}, true, {}};
  std::string operation;
  if (wish == "token" || wish == "feed") {
    operation = wish == "token" ? "addToken" : "addFeedAddress";
    input.body = {{"label", visit.field("label")}};
    if (wish == "token") input.body["scope"] = visit.field("scope").empty() ? "reader" : visit.field("scope");
  } else if (wish == "remove-token" || wish == "remove-feed") {
    operation = wish == "remove-token" ? "removeToken" : "removeFeedAddress";
    input.args["id"] = visit.field("id");
    input.has_body = false;
  } else if (wish == "mail") {
    operation = "setMailWishes";
    input.body = mail_wishes(visit);
  } else if (wish == "digests") {
    operation = "sendDigests";
    input.has_body = false;
  } else if (wish == "password") {
    operation = "setPassword";
    input.body = {{"old", visit.field("old")},
                  {"new", visit.field("new")},
                  {"end_tokens", visit.field("end_tokens") == "yes"}};
  } else {
    co_return frame_.sorry(visit, fail(Code::kInvalidArgument, visit.say("error.stale_form"), "do"));
  }
  const OperationResult done = co_await frame_.call(visit, operation, std::move(input));
  if (!done.ok()) co_return co_await show_account(visit, {{"problem", visit.fault(done.problem())}});
  if (wish == "token" || wish == "feed")
    co_return co_await show_account(visit,
                                    {{"secret", text_at(done.body, wish == "token" ? "secret" : "url")}});
  co_return PageFrame::go("/account");
}

}  // namespace koinon
