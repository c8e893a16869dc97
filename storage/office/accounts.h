// Who may do what: accounts, and the secrets by which they are known. Secrets are random and of 256 bits, and
// kept as SHA-256 alone; passwords as Argon2id.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/types.h"
#include "storage/office/office_db.h"

namespace koinon {

// Each may what the ones before it may.
enum class Role : unsigned char {
  kNobody = 0,
  kReader = 1,     // reads, has a watchlist and feed addresses
  kPublisher = 2,  // and drafts and publishes for its office
  kReviewer = 3,   // and for every office, and releases what others wait with
  kOperator = 4,   // and peers, accounts, webhooks
};
std::string_view role_text(Role role);
Result<Role> parse_role(std::string_view text);

struct User {
  UserId id;
  std::string name;
  Role role = Role::kReader;
  std::string office;  // in whose name a publisher publishes
  std::string person;
  std::string email;
  bool mail_at_once = false;  // what is addressed to the office comes by mail
  std::string password;       // libsodium's string; empty: none was set, nobody can log in by one
  UnixMillis created_at;
};

enum class CredentialKind : unsigned char {
  kSession = 1,
  kToken = 2,
  kFeed = 3,
  kOneTime = 4,
  kUnsubscribe = 5
};

struct Credential {
  std::string id;  // names it in lists; no secret
  CredentialKind kind = CredentialKind::kToken;
  UserId user;
  Role scope = Role::kReader;  // it may no more than this, whatever the user may
  std::string label;
  std::string csrf;  // of a session
  UnixMillis created_at;
  UnixMillis expires_at;  // 0: never
  UnixMillis used_at;
};

struct AuditLine {
  std::int64_t number = 0;
  UnixMillis at;
  std::string who;
  std::string action;
  std::string target;
  std::string outcome;
};

class Accounts {
 public:
  explicit Accounts(OfficeDb& db) : db_(db) {}

  // kConflict: the name is taken.
  Result<UserId> add(const User& user);
  // Reads an account, lets `edit` change it, and writes all of it but name and password: in one transaction,
  // so that of two changes at the same time neither is lost. kNotFound: it is gone. kRefused: no operator is
  // left.
  Result<User> change(UserId user, const std::function<Status(User&)>& edit);
  // Sets the password alone. `before`: the one that it replaces, where that was shown. kNotFound: the account
  // is gone, or has another password by now.
  Status set_password(UserId user, const std::string& hash, const std::optional<std::string>& before);
  // With its credentials, and what it holds is cancelled. kRefused: it is the last operator.
  Status remove(UserId user);
  Result<std::optional<User>> find(std::string_view name);
  Result<std::optional<User>> get(UserId user);
  Result<std::vector<User>> all();

  // Returns the secret, which is kept nowhere else.
  Result<std::string> issue(const Credential& credential);
  // None: unknown, expired, or of another kind.
  Result<std::optional<Credential>> check(std::string_view secret, CredentialKind kind, UnixMillis now);
  Result<std::vector<Credential>> of_user(UserId user, CredentialKind kind);
  // kNotFound: no such.
  Status revoke(UserId user, std::string_view id);
  Status revoke_all(UserId user, CredentialKind kind);
  // Forgets what has expired.
  Status expire(UnixMillis now);

  // Fields are clipped; the oldest lines go where there are too many.
  Status note(const AuditLine& line);
  // Forgets lines from before; at most so many at once.
  Status forget_audit(UnixMillis before, std::size_t most);
  // Newest first, below `before` (0: from the newest).
  Result<std::vector<AuditLine>> audit(std::int64_t before, std::size_t limit);

 private:
  OfficeDb& db_;
};

}  // namespace koinon
