#include "node/pages/account_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/credentials_api.h"
#include "node/api/sending_api.h"
#include "node/api/sessions_api.h"
#include "node/pages/form_faults.h"
#include "node/pages/note_view.h"
#include "node/pages/topic_field.h"
#include "node/text/topic_names.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int kWeek = 7;  // days

json::array shown_of(const Visit& visit, const Result<std::vector<Credential>>& credentials) {
  json::array out;
  if (!credentials.ok()) return out;
  for (const Credential& one : *credentials) {
    out.push_back(
        json::object{{"id", one.id},
                     {"label", one.label.empty() ? one.id : one.label},
                     {"scope", visit.say("role." + std::string(scope_text(one)))},
                     {"made", date_of(visit, one.created_at)},
                     {"used", one.used_at.value > 0 ? date_of(visit, one.used_at) : std::string()}});
  }
  return out;
}

void put_mail_wishes(const Visit& visit, json::object& model, const MailWishes& wishes) {
  std::string topics;
  bool weekly = false;
  for (const DigestWish& digest : wishes.digests) {
    topics += (topics.empty() ? "" : ", ") +
              (digest.topic.empty() ? visit.say("mail.all_topics") : topic_label(visit, digest.topic));
    weekly = weekly || digest.days == kWeek;
  }
  model["email"] = wishes.email;
  model["at_once"] = wishes.at_once;
  model["digest_topics"] = topics;
  model["weekly"] = weekly;
  model["next_digest"] =
      wishes.next_digest ? visit.say("mail.next_digest",
                                     {{"time", visit.words->date_and_time(*wishes.next_digest, visit.zone)}})
                         : std::string();
}

// Topics by name with a comma between, all of them as often. A slug may also be one of our own.
Result<MailWishesChange> mail_wishes(const Visit& visit) {
  std::vector<DigestWish> digests;
  std::vector<Error> faults;
  const std::int64_t days = visit.field("days") == "7" ? kWeek : 1;
  for (const std::string& name : names_of_list(visit.field("digests"))) {
    auto slug = followed_topic(visit, name, "digests");
    if (slug.ok()) digests.push_back({std::move(*slug), days});
    if (!slug.ok()) faults.push_back(slug.error());
  }
  KOINON_TRY(all_faults(std::move(faults)));
  return MailWishesChange{visit.request.caller.name, std::nullopt, visit.field("at_once") == "yes",
                          std::move(digests)};
}

// Of a token or of a feed address; the form names a scope of the first alone.
Result<CredentialWish> credential_wish(const Visit& visit, bool token) {
  CredentialWish out{visit.request.caller.name, visit.field("label"), {}, {}};
  if (const std::string scope = visit.field("scope"); token && !scope.empty()) {
    KOINON_ASSIGN(out.scope, parse_role(scope));
  }
  return out;
}

// The fields of the form that was sent, as the operation that it calls names them.
std::vector<KnownField> fields_of_account(const std::string& wish) {
  if (wish == "mail") return {{"digests", "digests", "mail.digests"}};
  if (wish == "password") return {{"old", "old", "account.old"}, {"password", "new", "account.new"}};
  if (wish == "feed") return {{"label", "feed-label", "account.label"}};
  if (wish == "token")
    return {{"label", "token-label", "account.label"}, {"scope", "scope", "account.scope"}};
  return {};
}

}  // namespace

void AccountPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/login", Need::kAnyone, "showLogin", "Where one logs in",
             [this](Visit visit) { return login_form(std::move(visit)); }, {"next", "set"});
  frame_.post(
      routes, "/login", Need::kAnyone, "postLogin", "Log in on a page",
      [this](Visit visit) { return log_in(std::move(visit)); }, kSmallBody, AtReader::kYes);
  frame_.post(
      routes, "/logout", Need::kReader, "postLogout", "Log out on a page",
      [this](Visit visit) { return log_out(std::move(visit)); }, kSmallBody, AtReader::kYes);
  frame_.get(
      routes, "/welcome/{code}", Need::kAnyone, "getWelcome", "The page of a one-time link",
      [this](Visit visit) { return welcome_form(std::move(visit)); }, {}, AtReader::kNo);
  frame_.post(
      routes, "/welcome/{code}", Need::kAnyone, "postWelcome",
      "Set a password on the page of a one-time link",
      [this](Visit visit) { return welcome(std::move(visit)); }, kSmallBody);
  frame_.get(
      routes, "/account", Need::kReader, "showAccount", "One's own account",
      [this](Visit visit) { return account(std::move(visit)); }, {}, AtReader::kYes);
  frame_.post(
      routes, "/account", Need::kReader, "postAccount", "Change one's own account",
      [this](Visit visit) { return change_account(std::move(visit)); }, kSmallBody);
}

asio::awaitable<HttpResponse> AccountPages::login_form(Visit visit) {
  PageView view{"login", visit.say("login.title"), {}, 200, "", ""};
  const std::string set = visit.request.param("set");
  view.model = {{"next", visit.request.param("next")},
                {"problem", ""},
                {"name", set == "yes" ? "" : set},
                {"set", !set.empty()}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::log_in(Visit visit) {
  LoginQuery query{visit.field("name"), visit.field("password")};
  const auto done = co_await frame_.call(visit, sessions_.log_in, std::move(query));
  if (!done.ok()) {
    const Error& error = done.error();
    PageView view{"login", visit.say("login.title"), {}, status_of(error.code), "", ""};
    view.model = {
        {"next", visit.field("next")},
        {"problem", error.code == Code::kUnauthenticated ? visit.say("login.wrong") : visit.fault(error)},
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
  co_return co_await show_welcome(std::move(visit), std::nullopt);
}

asio::awaitable<HttpResponse> AccountPages::welcome(Visit visit) {
  const auto owner =
      co_await frame_.call(visit, sessions_.look_at_link, LinkQuery{visit.request.arg("code")});
  LinkUse use{visit.request.arg("code"), visit.field("password")};
  const auto done = co_await frame_.call(visit, sessions_.use_link, std::move(use));
  if (!done.ok()) co_return co_await show_welcome(visit, done.error());
  co_return PageFrame::go("/login?set=" + query_escaped(owner.ok() ? owner->name : "yes"));
}

// Whose link it is, before anybody chooses a password; of one that was used, that first and no form.
asio::awaitable<HttpResponse> AccountPages::show_welcome(Visit visit, std::optional<Error> failed) {
  const auto owner =
      co_await frame_.call(visit, sessions_.look_at_link, LinkQuery{visit.request.arg("code")});
  if (!owner.ok()) failed = owner.error();
  PageView view{"welcome", visit.say("welcome.title"), {}, failed ? status_of(failed->code) : 200, "", ""};
  view.model = {
      {"code", visit.request.arg("code")},
      {"problem", failed ? visit.fault(*failed) : ""},
      {"usable", owner.ok()},
      {"who", owner.ok() ? visit.say("welcome.who", {{"name", owner->name}}) : std::string()},
      {"role", owner.ok() ? visit.say("role." + std::string(role_text(owner->role))) : std::string()},
      {"office", owner.ok() ? owner->office : std::string()}};
  if (failed && owner.ok())
    FormFaults(visit, *failed, std::vector<KnownField>{{"password", "password", "login.password"}})
        .put(view.model);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::show_account(Visit visit, json::object news, unsigned status) {
  const Caller& caller = visit.request.caller;
  PageView view{"account", visit.say("account.title"), std::move(news), status, "", ""};
  view.model["name"] = caller.name;
  view.model["role"] = visit.say("role." + std::string(role_text(caller.role)));
  view.model["office"] = caller.office;
  const bool here = frame_.works_as(visit, Role::kReader);
  view.model["has_account"] = caller.user.value != 0 && here;
  view.model["has_none"] = caller.user.value == 0 && here;
  view.model["at_reader"] = !here;
  view.model["elsewhere"] = frame_.address_of_account();
  if (caller.user.value == 0 || !here) co_return frame_.show(visit, std::move(view));
  const NamedAccount named{caller.name};
  const auto tokens = co_await frame_.call(visit, credentials_.list_tokens, named);
  const auto feeds = co_await frame_.call(visit, credentials_.list_feeds, named);
  const auto mail = co_await frame_.call(visit, sending_.mail_wishes, MailAccount{caller.name});
  view.model["topic_names"] = topic_names(visit);
  view.model["tokens"] = shown_of(visit, tokens);
  view.model["feeds"] = shown_of(visit, feeds);
  put_mail_wishes(visit, view.model, mail.ok() ? *mail : MailWishes());
  // What was typed stays, so that it is mended and not written anew. Passwords do not.
  if (status != 200 && visit.field("do") == "mail") {
    view.model["at_once"] = visit.field("at_once") == "yes";
    view.model["digest_topics"] = visit.field("digests");
    view.model["weekly"] = visit.field("days") == "7";
  }
  for (const std::string wish : {"feed", "token"})
    view.model[wish + "_label"] =
        status != 200 && visit.field("do") == wish ? visit.field("label") : std::string();
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AccountPages::account(Visit visit) {
  co_return co_await show_account(visit, {});
}

asio::awaitable<HttpResponse> AccountPages::show_refused(Visit visit, Error why) {
  json::object news;
  FormFaults(visit, why, fields_of_account(visit.field("do"))).put(news);
  co_return co_await show_account(visit, std::move(news), status_of(why.code));
}

asio::awaitable<HttpResponse> AccountPages::make_credential(Visit visit) {
  const bool token = visit.field("do") == "token";
  const auto& operation = token ? credentials_.add_token : credentials_.add_feed;
  const std::string& owner = visit.request.caller.name;
  const auto made = co_await frame_.call(visit, operation, credential_wish(visit, token), owner);
  if (!made.ok()) co_return co_await show_refused(visit, made.error());
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
  if (wish == "mail") {
    const auto done = co_await frame_.call(visit, sending_.set_mail_wishes, mail_wishes(visit));
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "digests") {
    const auto done = co_await frame_.call(visit, sending_.send_digests, MailAccount{name});
    co_return done.ok() ? Status() : done.error();
  }
  co_return std::nullopt;
}

asio::awaitable<HttpResponse> AccountPages::change_account(Visit visit) {
  const std::string wish = visit.field("do");
  if (wish == "token" || wish == "feed") co_return co_await make_credential(std::move(visit));
  const std::optional<Status> done = co_await carry_out(visit);
  if (!done) co_return frame_.not_understood(visit, stale_form(visit));
  if (!done->ok()) co_return co_await show_refused(visit, done->error());
  co_return PageFrame::go("/account");
}

}  // namespace koinon
