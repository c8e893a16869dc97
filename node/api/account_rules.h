// What accounts are named, which passwords they may have, and who may see to which.
#pragma once

#include <string>

#include "node/access/caller.h"

namespace koinon {

struct NamedAccount {
  std::string name;
};

// kInvalidArgument, of field `name`. "local" is who asks over the Unix socket.
Status check_account_name(const std::string& name);
// kInvalidArgument, of field `password`.
Status check_password_rule(const std::string& password);
// One line of at most 200 bytes of UTF-8.
Status check_line(const std::string& text, const std::string& field);

// On the thread that the accounts belong to. kNotFound: there is none of that name.
Result<User> account_of(Accounts& accounts, const std::string& name);
// The account of that name, which the caller may see to: their own, or any for an operator. kRefused: it is
// another's.
Result<User> own_account(Accounts& accounts, const Caller& caller, const std::string& name);

}  // namespace koinon
