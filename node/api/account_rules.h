// Rules for the names and passwords of accounts, and for who may manage which account.
#pragma once

#include <string>

#include "node/access/caller.h"

namespace koinon {

struct NamedAccount {
  std::string name;
};

// kInvalidArgument with the field `name`. "local" is refused: callers over the Unix socket have this name.
Status check_account_name(const std::string& name);
// kInvalidArgument with the field `password`.
Status check_password_rule(const std::string& password);
// Checks that it is one line of at most 200 bytes of UTF-8.
Status check_line(const std::string& text, const std::string& field);

// On the thread of the accounts. kNotFound: there is no account of that name.
Result<User> account_of(Accounts& accounts, const std::string& name);
// The account of that name, if the caller may manage it: their own, or any account for an operator. kRefused:
// it is another's.
Result<User> own_account(Accounts& accounts, const Caller& caller, const std::string& name);

}  // namespace koinon
