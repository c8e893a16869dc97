#include "node/api/account_rules.h"

#include <algorithm>
#include <cctype>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::size_t kLineBytes = 200;

}  // namespace

Status check_account_name(const std::string& name) {
  const bool fits =
      !name.empty() && name.size() <= limits::kAccountNameBytes &&
      std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '.' || c == '-' || c == '_' || c == '@';
      });
  if (fits && name != "local") return {};
  return fail(Code::kInvalidArgument,
              Sentence{"account.name",
                       "it is small letters from a to z, digits and . - _ @, at most {most}",
                       {{"most", std::int64_t{limits::kAccountNameBytes}}}},
              "name");
}

Status check_password_rule(const std::string& password) {
  if (password.size() >= limits::kPasswordBytesMin && password.size() <= limits::kPasswordBytes) return {};
  return fail(Code::kInvalidArgument,
              Sentence{"password.length",
                       "a password has {least} to {most} bytes; a sentence is a good one",
                       {{"least", std::int64_t{limits::kPasswordBytesMin}},
                        {"most", std::int64_t{limits::kPasswordBytes}}}},
              "password");
}

Status check_line(const std::string& text, const std::string& field) {
  if (text.size() <= kLineBytes && !has_control(text) && is_utf8(text)) return {};
  return fail(
      Code::kInvalidArgument,
      Sentence{
          "field.one_line", "it is one line of at most {most} bytes", {{"most", std::int64_t{kLineBytes}}}},
      field);
}

Result<User> account_of(Accounts& accounts, const std::string& name) {
  KOINON_ASSIGN(const auto user, accounts.find(name));
  if (!user) return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "name");
  return *user;
}

Result<User> own_account(Accounts& accounts, const Caller& caller, const std::string& name) {
  if (caller.role < Role::kOperator && account_name(name) != caller.name)
    return fail(Code::kRefused, Sentence{"account.of_another", "that is another's account"}, "name");
  return account_of(accounts, name);
}

}  // namespace koinon
