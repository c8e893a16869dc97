// Who may do what: accounts, and the secrets by which they are known. Secrets are random, have 256 bits, and
// only their SHA-256 is kept. Of passwords only the Argon2id hash is kept.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/types.h"
#include "storage/office/office_db.h"

namespace koinon {

// Each role may do all that the roles before it may do.
enum class Role : unsigned char {
  kNobody = 0,
  kReader = 1,     // reads, has a watchlist and feed addresses
  kPublisher = 2,  // also drafts and publishes for its office
  kReviewer = 3,   // also for every office, and releases notes that wait for review
  kOperator = 4,   // also manages peers, accounts and webhooks
};
std::string_view role_text(Role role);
Result<Role> parse_role(std::string_view text);

struct User {
  UserId id;
  std::string name;
  Role role = Role::kReader;
  std::string office;  // a publisher publishes in its name
  std::string person;
  std::string email;
  bool mail_at_once = false;  // notes for the office come by mail at once
  std::string
      password;  // hash in libsodium's form; empty: no password is set, and nobody can log in with one
  UnixMillis created_at;
};

enum class CredentialKind : unsigned char {
  kSession = 1,
  kToken = 2,
  kFeed = 3,
  kOneTime = 4,
  kUnsubscribe = 5,
  kMetrics = 6,  // a token that reads the node's measures, and nothing else
};

struct Credential {
  std::string id;  // its name in lists; not secret
  CredentialKind kind = CredentialKind::kToken;
  UserId user;
  Role scope = Role::kReader;  // it may do no more than this, even if the user may
  std::string label;
  std::string csrf;  // of a session
  UnixMillis created_at;
  UnixMillis expires_at;  // 0: never
  UnixMillis used_at;
  UnixMillis paused_at = {};  // not 0: it came back with an old office.db, and waits for an operator's look
};

// What a token or feed address may do, in a word: metrics, or the name of a role.
std::string_view scope_text(const Credential& credential);

struct AuditLine {
  std::int64_t number = 0;
  UnixMillis at;
  std::string who;
  std::string action;
  std::string target;
  std::string outcome;
  // Where the caller was: an address, or unix:USER over the Unix socket. Empty: the node itself, or a line of
  // an older version.
  std::string from = {};
};

// An account's name as it is kept, of what somebody typed or a proxy sent: without spaces around it, in small
// letters.
std::string account_name(std::string_view typed);

class Accounts {
 public:
  explicit Accounts(OfficeDb& db) : db_(db) {}

  // kConflict: the name is taken.
  Result<UserId> add(const User& user);
  // Reads an account, lets `edit` change it, and writes everything except name and password. All in one
  // transaction, so that two changes at the same time are both kept. Where an operator becomes less, the
  // account's tokens of the scope metrics end: that person made them for themselves. Those of an account that
  // never was an operator's stand, as an operator made them for it. kNotFound: the account is gone. kRefused:
  // no operator would be left.
  Result<User> change(UserId user, const std::function<Status(User&)>& edit);
  // Sets only the password. `before`: the hash that it replaces, if the caller has shown the old password.
  // kNotFound: the account is gone, or its password has changed since.
  Status set_password(UserId user, const std::string& hash, const std::optional<std::string>& before);
  // Removes the account and its credentials, and cancels the notes that it holds. What is kept until the node
  // may sign becomes the office's own. kRefused: it is the last operator.
  Status remove(UserId user);
  // By what account_name() makes of the name.
  Result<std::optional<User>> find(std::string_view name);
  Result<std::optional<User>> get(UserId user);
  Result<std::vector<User>> all();

  // Returns the secret. It is kept nowhere.
  Result<std::string> issue(const Credential& credential);
  // The code of a link that sets a password, once, within limits::kOneTimeLifetime. Earlier ones of the
  // account no longer work.
  Result<std::string> issue_link(UserId user, UnixMillis now);
  // Nothing: the secret is unknown, has expired, or is of another kind. kRefused: it is paused.
  Result<std::optional<Credential>> check(std::string_view secret, CredentialKind kind, UnixMillis now);
  Result<std::vector<Credential>> of_user(UserId user, CredentialKind kind);
  // kNotFound: there is no such credential.
  Status revoke(UserId user, std::string_view id);
  Status revoke_all(UserId user, CredentialKind kind);
  // Those that are paused, with the names of their accounts, the oldest first.
  Result<std::vector<std::pair<Credential, std::string>>> paused(std::size_t limit);
  Result<std::size_t> count_paused();
  // A person has looked at it: it counts again. Empty: all do. kNotFound: none of that name is paused.
  Status resume(std::string_view id);
  // Forgets what has expired.
  Status expire(UnixMillis now);

  // Long fields are clipped. If there are too many lines, the oldest go.
  Status note(const AuditLine& line);
  // Forgets lines older than `before`, at most `most` of them.
  Status forget_audit(UnixMillis before, std::size_t most);
  // Newest first; only lines with a smaller id than `before` (0: all).
  Result<std::vector<AuditLine>> audit(std::int64_t before, std::size_t limit);

 private:
  Result<UserId> put_new(const User& user);

  OfficeDb& db_;
};

}  // namespace koinon
