#include "node/api/accounts_api.h"

#include <algorithm>

#include "node/api/query_params.h"
#include "node/reading/since.h"
#include "node/text/mail_address.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

std::string name_of(const AccountLink& view) { return view.user.name; }
std::string target_of_account(const NamedAccount& named) { return named.name; }
std::string target_of_change(const ChangedAccount& wanted) { return wanted.name; }

Status apply(const AccountChange& change, User& user) {
  if (change.role) user.role = *change.role;
  if (change.office) user.office = *change.office;
  if (change.person) user.person = *change.person;
  if (change.email) user.email = *change.email;
  std::vector<Error> faults;
  take_fault(faults, check_line(user.office, "office"));
  take_fault(faults, check_line(user.person, "person"));
  take_fault(faults, check_email(user.email));
  return all_faults(std::move(faults));
}

}  // namespace

UserView user_view(const User& user) {
  return {user.name,      user.role, user.office, user.person, user.email, !user.password.empty(),
          user.created_at};
}

Result<AuditQuery> read_audit_query(const Params& params) {
  AuditQuery out;
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  if (const std::string cursor = param(params, "cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok() || *number > INT64_MAX)
      return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    out.before = static_cast<std::int64_t>(*number);
  }
  KOINON_ASSIGN(out.since, read_since(params));
  return out;
}

AccountsApi::AccountsApi(ApiShared& shared)
    : list({.method = "GET",
            .pattern = "/api/v1/accounts",
            .need = Need::kOperator,
            .id = "listAccounts",
            .tag = "accounts",
            .summary = "Every account",
            .gives = "AccountList",
            .body_limit = kSmallBody},
           this, &AccountsApi::all_accounts),
      add({.method = "POST",
           .pattern = "/api/v1/accounts",
           .need = Need::kOperator,
           .id = "addAccount",
           .tag = "accounts",
           .summary = "Make an account; gives a one-time link, unless people sign in at a page of the city's",
           .takes = "AccountRequest",
           .gives = "AccountAdded",
           .status = 201,
           .body_limit = kSmallBody,
           .takes_person = true},
          this, &AccountsApi::add_account, {.made = name_of}),
      change({.method = "PATCH",
              .pattern = "/api/v1/accounts/{name}",
              .need = Need::kOperator,
              .id = "changeAccount",
              .tag = "accounts",
              .summary = "Change what an account may",
              .takes = "AccountChange",
              .gives = "Account",
              .body_limit = kSmallBody,
              .takes_person = true},
             this, &AccountsApi::change_account, {.target = target_of_change}),
      remove({.method = "DELETE",
              .pattern = "/api/v1/accounts/{name}",
              .need = Need::kOperator,
              .id = "removeAccount",
              .tag = "accounts",
              .summary = "Remove an account with all that is its own",
              .status = 204,
              .body_limit = kSmallBody,
              .takes_person = true},
             this, &AccountsApi::remove_account, {.target = target_of_account}),
      make_link({.method = "POST",
                 .pattern = "/api/v1/accounts/{name}/link",
                 .need = Need::kOperator,
                 .id = "makeLink",
                 .tag = "accounts",
                 .summary = "A one-time link to set a new password",
                 .gives = "AccountLink",
                 .status = 201,
                 .body_limit = kSmallBody,
                 .takes_person = true},
                this, &AccountsApi::link_of, {.target = target_of_account}),
      list_audit({.method = "GET",
                  .pattern = "/api/v1/audit",
                  .need = Need::kOperator,
                  .id = "listAudit",
                  .tag = "accounts",
                  .summary = "Who changed what, newest first",
                  .query = {"since", "limit", "cursor"},
                  .gives = "AuditList",
                  .body_limit = kSmallBody},
                 this, &AccountsApi::audit_lines),
      shared_(shared),
      parts_(shared.parts) {}

Result<std::vector<UserView>> AccountsApi::all_accounts(const Asker&, const Nothing&) {
  KOINON_ASSIGN(const auto users, shared_.accounts.all());
  std::vector<UserView> out;
  for (const User& user : users) out.push_back(user_view(user));
  return out;
}

Result<std::string> AccountsApi::issue_link(UserId user, const Asker& asker) {
  KOINON_ASSIGN(const std::string code, shared_.accounts.issue_link(user, parts_.clock.wall()));
  return shared_.access.base_url(asker.local, asker.host) + "/welcome/" + code;
}

bool AccountsApi::sign_in_elsewhere() const { return !shared_.access.options().sso_header.empty(); }

Result<AccountLink> AccountsApi::add_account(const Asker& asker, const NewAccount& wanted) {
  KOINON_ASSIGN(const auto all, shared_.accounts.all());
  if (all.size() >= limits::kAccounts)
    return fail(Code::kTooLarge,
                Sentence{"account.too_many",
                         "a node has at most {most} accounts",
                         {{"most", std::int64_t{limits::kAccounts}}}},
                "name");
  User user;
  user.name = wanted.name;
  std::vector<Error> faults;
  take_fault(faults, check_account_name(user.name));
  take_fault(faults, apply(wanted.rest, user));
  KOINON_TRY(all_faults(std::move(faults)));
  user.created_at = parts_.clock.wall();
  KOINON_ASSIGN(user.id, shared_.accounts.add(user));
  if (sign_in_elsewhere()) return AccountLink{user_view(user), {}};
  KOINON_ASSIGN(std::string link, issue_link(user.id, asker));
  return AccountLink{user_view(user), std::move(link)};
}

Result<UserView> AccountsApi::change_account(const Asker&, const ChangedAccount& wanted) {
  KOINON_ASSIGN(const User user, account_of(shared_.accounts, wanted.name));
  KOINON_ASSIGN(const User changed,
                shared_.accounts.change(user.id, [&](User& one) { return apply(wanted.change, one); }));
  return user_view(changed);
}

Result<Nothing> AccountsApi::remove_account(const Asker&, const NamedAccount& named) {
  KOINON_ASSIGN(const User user, account_of(shared_.accounts, named.name));
  KOINON_TRY(shared_.accounts.remove(user.id));
  return Nothing{};
}

Result<AccountLink> AccountsApi::link_of(const Asker& asker, const NamedAccount& named) {
  KOINON_ASSIGN(const User user, account_of(shared_.accounts, named.name));
  KOINON_ASSIGN(std::string link, issue_link(user.id, asker));
  return AccountLink{user_view(user), std::move(link)};
}

Result<AuditView> AccountsApi::audit_lines(const Asker&, const AuditQuery& query) {
  AuditView out;
  KOINON_ASSIGN(out.items, shared_.accounts.audit(query.before, query.limit));
  if (out.items.size() == query.limit) out.next = out.items.back().number;
  const auto earlier = std::find_if(out.items.begin(), out.items.end(), [&](const AuditLine& line) {
    return query.since && line.at.value < query.since->value;
  });
  if (earlier == out.items.end()) return out;
  out.items.erase(earlier, out.items.end());
  out.next.reset();
  return out;
}

}  // namespace koinon
