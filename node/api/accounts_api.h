// Accounts, their roles and their one-time links, and the audit of who changed what.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/account_rules.h"
#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/text/params.h"

namespace koinon {

// An account without its password.
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

// Members that are not set stay as they are.
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
  // Opens once, to set a password. Empty: the account is new, and its owner signs in elsewhere.
  std::string link;
};

struct AuditQuery {
  std::size_t limit = limits::kPageSize;
  std::int64_t before = 0;          // the number of the last line of the page before; 0: from the newest
  std::optional<UnixMillis> since;  // only lines of that time or later
};
// Reads since, limit and cursor.
Result<AuditQuery> read_audit_query(const Params& params);

struct AuditView {
  std::vector<AuditLine> items;
  std::optional<std::int64_t> next;  // the number of the last line of this page; nothing: the list ends here
};

class AccountsApi {
 public:
  explicit AccountsApi(ApiShared& shared);

  const Operation<Nothing, std::vector<UserView>> list;
  // Gives no link where people sign in elsewhere: a link that nobody needs would open an account.
  const Operation<NewAccount, AccountLink> add;
  const Operation<ChangedAccount, UserView> change;
  const Operation<NamedAccount, Nothing> remove;
  const Operation<NamedAccount, AccountLink> make_link;
  const Operation<AuditQuery, AuditView> list_audit;

  // Whether a proxy names who reads (http.sso_header): by the names of accounts, so it may name any of them.
  bool sign_in_elsewhere() const;

 private:
  Result<std::vector<UserView>> all_accounts(const Asker& asker, const Nothing& query);
  Result<AccountLink> add_account(const Asker& asker, const NewAccount& wanted);
  Result<UserView> change_account(const Asker& asker, const ChangedAccount& wanted);
  Result<Nothing> remove_account(const Asker& asker, const NamedAccount& named);
  Result<AccountLink> link_of(const Asker& asker, const NamedAccount& named);
  Result<AuditView> audit_lines(const Asker& asker, const AuditQuery& query);

  // Earlier links no longer work.
  Result<std::string> issue_link(UserId user, const Asker& asker);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
