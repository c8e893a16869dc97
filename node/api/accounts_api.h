// Accounts: who there is, what each may, one-time links; and the audit of who changed what.
//
// On the reading thread that its parts belong to.
#pragma once

#include "node/api/account_rules.h"
#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/text/params.h"

namespace koinon {

// An account as others see it: nothing of its password.
struct UserView {
  std::string name;
  Role role = Role::kReader;
  std::string office;
  std::string person;
  std::string email;
  bool has_password = false;
  UnixMillis created_at;
};
UserView user_view(const User& user);

// What is not said stays as it is.
struct AccountChange {
  std::optional<Role> role;
  std::optional<std::string> office;
  std::optional<std::string> person;
  std::optional<std::string> email;
};

struct NewAccount {
  std::string name;
  AccountChange rest;
};

struct ChangedAccount {
  std::string name;
  AccountChange change;
};

struct AccountLink {
  UserView user;
  std::string link;  // sets a password, once
};

struct AuditQuery {
  std::size_t limit = limits::kPageSize;
  std::int64_t before = 0;  // the number of the line that the page before ended with; 0: from the newest
};
// limit, cursor.
Result<AuditQuery> read_audit_query(const Params& params);

struct AuditView {
  std::vector<AuditLine> items;
  std::optional<std::int64_t> next;  // the number of the line that the list goes on after
};

class AccountsApi {
 public:
  explicit AccountsApi(ApiShared& shared);

  const Operation<Nothing, std::vector<UserView>> list;
  const Operation<NewAccount, AccountLink> add;
  const Operation<ChangedAccount, UserView> change;
  const Operation<NamedAccount, Nothing> remove;
  const Operation<NamedAccount, AccountLink> make_link;
  const Operation<AuditQuery, AuditView> list_audit;

 private:
  Result<std::vector<UserView>> all_accounts(const Asker& asker, const Nothing& query);
  Result<AccountLink> add_account(const Asker& asker, const NewAccount& wanted);
  Result<UserView> change_account(const Asker& asker, const ChangedAccount& wanted);
  Result<Nothing> remove_account(const Asker& asker, const NamedAccount& named);
  Result<AccountLink> link_of(const Asker& asker, const NamedAccount& named);
  Result<AuditView> audit_lines(const Asker& asker, const AuditQuery& query);

  // The links before it open nothing any more.
  Result<std::string> issue_link(UserId user, const Asker& asker);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
