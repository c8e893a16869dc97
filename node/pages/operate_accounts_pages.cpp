#include "node/pages/operate_accounts_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/accounts_api.h"
#include "node/api/credentials_api.h"
#include "node/text/time_text.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

json::array roles_of(const Visit& visit, Role chosen) {
  json::array out;
  for (const Role role : {Role::kReader, Role::kPublisher, Role::kReviewer, Role::kOperator}) {
    const std::string key(role_text(role));
    out.push_back(json::object{{"key", key}, {"text", visit.say("role." + key)}, {"chosen", role == chosen}});
  }
  return out;
}

Result<AccountChange> account_change_of(const Visit& visit) {
  AccountChange out{std::nullopt, visit.field("office"), visit.field("person"), visit.field("email")};
  KOINON_ASSIGN(out.role, parse_role(visit.field("role")));
  return out;
}

Result<NewAccount> new_account_of(const Visit& visit) {
  KOINON_ASSIGN(AccountChange account, account_change_of(visit));
  return NewAccount{visit.field("name"), std::move(account)};
}

Result<ChangedAccount> changed_account_of(const Visit& visit) {
  KOINON_ASSIGN(AccountChange change, account_change_of(visit));
  return ChangedAccount{visit.field("name"), std::move(change)};
}

// Of an account that is new, or of one that is there: its fields have its name behind them.
FormFaults account_faults(const Visit& visit, const Error& error) {
  const bool is_new = visit.field("do") == "add";
  const std::string name = visit.field("name");
  return {visit, error, [&](const std::string& fault) -> std::optional<FormField> {
            const auto field = [&](const char* label) {
              return is_new ? FormField{fault, visit.say(label)}
                            : FormField{fault + "-" + name, visit.say(label) + " (" + name + ")"};
            };
            if (fault == "name" && is_new) return field("login.name");
            if (fault == "role") return field("accounts.role");
            if (fault == "office") return field("field.office");
            if (fault == "person") return field("field.person");
            if (fault == "email") return field("accounts.email");
            return std::nullopt;
          }};
}

// `needs_password`: its owner cannot sign in without one.
json::object account_shown(const Visit& visit, const UserView& user, bool needs_password,
                           const FormFaults& faults) {
  // What was typed stays, so that it is mended and not written anew.
  const bool typed = faults.any() && visit.field("do") == "change" && visit.field("name") == user.name;
  const auto role = typed ? parse_role(visit.field("role")) : Result<Role>(user.role);
  json::object out{{"name", user.name},
                   {"roles", roles_of(visit, role.ok() ? *role : user.role)},
                   {"office", typed ? visit.field("office") : user.office},
                   {"person", typed ? visit.field("person") : user.person},
                   {"email", typed ? visit.field("email") : user.email},
                   {"needs_password", needs_password}};
  for (const std::string field : {"role", "office", "person", "email"})
    out["error_" + field] = faults.at(field + "-" + user.name);
  return out;
}

}  // namespace

namespace {

json::array paused_of(const Visit& visit, const std::vector<PausedCredential>& paused) {
  json::array out;
  for (const PausedCredential& one : paused) {
    const UnixMillis used =
        one.credential.used_at.value > 0 ? one.credential.used_at : one.credential.created_at;
    out.push_back(json::object{
        {"id", one.credential.id},
        {"account", one.account},
        {"label", one.credential.label},
        {"role", visit.named("role", std::string(scope_text(one.credential)))},
        {"used",
         visit.say("accounts.paused_used", {{"time", visit.words->date_and_time(used, visit.zone)}})}});
  }
  return out;
}

}  // namespace

void OperateAccountsPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/operate/accounts", Need::kOperator, "showAccounts", "Who has an account",
             [this](Visit visit) { return accounts(std::move(visit)); });
  frame_.post(routes, "/operate/accounts", Need::kOperator, "postAccounts",
              "Make, change or remove an account",
              [this](Visit visit) { return change_accounts(std::move(visit)); });
  frame_.get(routes, "/operate/audit", Need::kOperator, "showAudit", "Who changed what",
             [this](Visit visit) { return audit(std::move(visit)); }, {"cursor"});
}

asio::awaitable<HttpResponse> OperateAccountsPages::show_accounts(Visit visit, Told told,
                                                                  std::optional<Error> failed) {
  const auto all = co_await frame_.call(visit, accounts_.list, Nothing{});
  if (!all.ok()) co_return frame_.failed(visit, all.error());
  PageView view{"accounts", visit.say("accounts.title"), {}, failed ? status_of(failed->code) : 200, "", ""};
  const FormFaults faults = failed ? account_faults(visit, *failed) : FormFaults();
  view.model["link"] = told.link;
  view.model["signs_in"] = told.signs_in;
  faults.put(view.model);
  json::array items;
  for (const UserView& user : *all) {
    const bool needs_password = !user.has_password && !accounts_.sign_in_elsewhere();
    items.push_back(account_shown(visit, user, needs_password, faults));
  }
  view.model["items"] = std::move(items);
  const bool adds = failed && visit.field("do") == "add";
  for (const std::string field : {"name", "office", "person", "email"})
    view.model["new_" + field] = adds ? visit.field(field) : std::string();
  const auto paused = co_await frame_.call(visit, credentials_.list_paused, Nothing{});
  view.model["has_paused"] = paused.ok() && !paused->empty();
  view.model["paused"] = paused.ok() ? paused_of(visit, *paused) : json::array();
  const auto role = parse_role(adds ? visit.field("role") : "publisher");
  view.model["new_roles"] = roles_of(visit, role.ok() ? *role : Role::kPublisher);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OperateAccountsPages::accounts(Visit visit) {
  co_return co_await show_accounts(visit, {}, std::nullopt);
}

asio::awaitable<Result<OperateAccountsPages::Told>> OperateAccountsPages::change_account(Visit visit) {
  const std::string wish = visit.field("do");
  const std::string name = visit.field("name");
  if (wish == "link") {
    const auto made = co_await frame_.call(visit, accounts_.make_link, NamedAccount{name});
    if (!made.ok()) co_return made.error();
    co_return Told{made->link, {}};
  }
  if (wish != "add" && wish != "change") {
    const auto done = co_await frame_.call(visit, accounts_.remove, NamedAccount{name});
    if (!done.ok()) co_return done.error();
    co_return Told{};
  }
  if (wish == "add") {
    const auto made = co_await frame_.call(visit, accounts_.add, new_account_of(visit));
    if (!made.ok()) co_return made.error();
    if (!made->link.empty()) co_return Told{made->link, {}};
    co_return Told{{}, visit.say("accounts.signs_in", {{"name", made->user.name}})};
  }
  const auto changed = co_await frame_.call(visit, accounts_.change, changed_account_of(visit), name);
  if (!changed.ok()) co_return changed.error();
  co_return Told{};
}

asio::awaitable<HttpResponse> OperateAccountsPages::change_accounts(Visit visit) {
  if (visit.field("do") == "resume") co_return co_await resume(std::move(visit));
  const auto told = co_await change_account(visit);
  if (!told.ok()) co_return co_await show_accounts(visit, {}, told.error());
  if (told->link.empty() && told->signs_in.empty()) co_return PageFrame::go("/operate/accounts");
  co_return co_await show_accounts(visit, *told, std::nullopt);
}

asio::awaitable<HttpResponse> OperateAccountsPages::resume(Visit visit) {
  const auto done = co_await frame_.call(visit, credentials_.resume, Resumption{visit.field("id")});
  if (!done.ok()) co_return co_await show_accounts(visit, {}, done.error());
  co_return PageFrame::go("/operate/accounts");
}

asio::awaitable<HttpResponse> OperateAccountsPages::audit(Visit visit) {
  const auto found = co_await frame_.call(visit, accounts_.list_audit,
                                          read_audit_query({{"cursor", visit.request.param("cursor")}}));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  json::array items;
  for (const AuditLine& line : found->items) {
    items.push_back(json::object{{"at", time_text(line.at)},
                                 {"time", visit.words->date_and_time(line.at, visit.zone)},
                                 {"who", line.who},
                                 {"action", line.action},
                                 {"target", line.target},
                                 {"outcome", line.outcome},
                                 {"from", line.from}});
  }
  PageView view{"audit", visit.say("audit.title"), {{"items", std::move(items)}, {"next", ""}}, 200, "", ""};
  if (found->next) view.model["next"] = "/operate/audit?cursor=" + std::to_string(*found->next);
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
