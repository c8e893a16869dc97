#include "storage/office/accounts.h"

#include <array>

#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/office/rows.h"

namespace koinon {
namespace {

constexpr std::array<std::string_view, 5> kRoles = {"nobody", "reader", "publisher", "reviewer", "operator"};
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kIdBytes = 6;
constexpr std::string_view kUserColumns =
    "SELECT id, name, role, office, person, email, mail_at_once, password, created_at_ms FROM \"user\" ";
constexpr std::string_view kCredentialColumns =
    "SELECT id, kind, \"user\", scope, label, csrf, created_at_ms, expires_at_ms, used_at_ms, paused_at_ms "
    "FROM "
    "credential ";

User read_user(const sql::Statement& row) {
  User user;
  user.id = {row.integer(0)};
  user.name = row.text(1);
  user.role = static_cast<Role>(row.integer(2));
  user.office = row.text(3);
  user.person = row.text(4);
  user.email = row.text(5);
  user.mail_at_once = row.integer(6) != 0;
  user.password = row.text(7);
  user.created_at = {row.integer(8)};
  return user;
}

Credential read_credential(const sql::Statement& row) {
  Credential out;
  out.id = row.text(0);
  out.kind = static_cast<CredentialKind>(row.integer(1));
  out.user = {row.integer(2)};
  out.scope = static_cast<Role>(row.integer(3));
  out.label = row.text(4);
  out.csrf = row.text(5);
  out.created_at = {row.integer(6)};
  out.expires_at = {row.integer(7)};
  out.used_at = {row.integer(8)};
  out.paused_at = {row.integer(9)};
  return out;
}

Error name_taken() {
  return fail(Code::kConflict, Sentence{"account.name_taken", "an account has that name already"}, "name");
}

Result<std::optional<User>> one_user(sql::Statement& select) {
  KOINON_ASSIGN(const bool found, select.step());
  return found ? std::optional(read_user(select)) : std::nullopt;
}

}  // namespace

std::string_view role_text(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

std::string_view scope_text(const Credential& credential) {
  return credential.kind == CredentialKind::kMetrics ? "metrics" : role_text(credential.scope);
}

Result<Role> parse_role(std::string_view text) {
  for (std::size_t i = 1; i < kRoles.size(); ++i) {
    if (kRoles[i] == text) return static_cast<Role>(i);
  }
  return fail(Code::kInvalidArgument,
              Sentence{"account.role", "it is reader, publisher, reviewer or operator"}, "role");
}

std::string account_name(std::string_view typed) { return ascii_lower(trimmed(typed)); }

// However a name is written, it is one account.
Result<UserId> Accounts::add(const User& user) {
  return db_.transact([&]() -> Result<UserId> {
    KOINON_ASSIGN(const auto same, find(user.name));
    return same ? Result<UserId>(name_taken()) : put_new(user);
  });
}

Result<UserId> Accounts::put_new(const User& user) {
  auto insert = db_.connection().prepare(
      "INSERT INTO \"user\" (name, role, office, person, email, mail_at_once, password, created_at_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING RETURNING id");
  insert.bind_text(user.name)
      .bind(static_cast<std::int64_t>(user.role))
      .bind_text(user.office)
      .bind_text(user.person)
      .bind_text(user.email)
      .bind(user.mail_at_once ? 1 : 0)
      .bind_text(user.password)
      .bind(user.created_at.value);
  KOINON_ASSIGN(const std::int64_t id, added_id(insert));
  return id == 0 ? Result<UserId>(name_taken()) : UserId{id};
}

namespace {

Result<bool> has_other_operator(sql::Connection& db, UserId than) {
  auto others = db.prepare("SELECT 1 FROM \"user\" WHERE role = 4 AND id <> ? LIMIT 1");
  return others.bind(than.value).step();
}

// Its notes that wait are cancelled. What is kept would be in the log already if the node had been able to
// sign: it is the office's own from now on.
Status part_from_notes(sql::Connection& db, UserId user) {
  auto give =
      db.prepare("UPDATE held SET \"user\" = 0 WHERE \"user\" = ? AND kept = 1 AND state IN (1, 2, 6, 7)");
  KOINON_TRY(give.bind(user.value).run());
  auto cancel = db.prepare(
      "UPDATE held SET state = 4, outcome = 'its account was removed', request = '{}', salt = ?1, "
      "fault = '{\"id\":\"held.account_removed\"}', "
      "settled_at_ms = CASE WHEN made_at_ms > due_at_ms THEN made_at_ms ELSE due_at_ms END "
      "WHERE \"user\" = ?2 AND state IN (1, 2, 7)");
  return cancel.bind_blob({}).bind(user.value).run();
}

Error last_operator(const std::string& field) {
  return fail(Code::kRefused,
              Sentence{"account.last_operator", "it is the last operator; make another one first"}, field);
}

}  // namespace

Result<User> Accounts::change(UserId id, const std::function<Status(User&)>& edit) {
  return db_.transact([&]() -> Result<User> {
    KOINON_ASSIGN(auto user, get(id));
    if (!user) return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "name");
    const bool was_operator = user->role == Role::kOperator;
    KOINON_TRY(edit(*user));
    if (was_operator && user->role != Role::kOperator) {
      KOINON_ASSIGN(const bool others, has_other_operator(db_.connection(), id));
      if (!others) return last_operator("role");
      KOINON_TRY(revoke_all(id, CredentialKind::kMetrics));
    }
    auto update = db_.connection().prepare(
        "UPDATE \"user\" SET role = ?, office = ?, person = ?, email = ?, mail_at_once = ? WHERE id = ?");
    KOINON_TRY(update.bind(static_cast<std::int64_t>(user->role))
                   .bind_text(user->office)
                   .bind_text(user->person)
                   .bind_text(user->email)
                   .bind(user->mail_at_once ? 1 : 0)
                   .bind(id.value)
                   .run());
    return std::move(*user);
  });
}

Status Accounts::set_password(UserId user, const std::string& hash,
                              const std::optional<std::string>& before) {
  auto update = db_.connection().prepare(std::string("UPDATE \"user\" SET password = ? WHERE id = ?") +
                                         (before ? " AND password = ?" : ""));
  update.bind_text(hash).bind(user.value);
  if (before) update.bind_text(*before);
  KOINON_TRY(update.run());
  KOINON_ASSIGN(const std::int64_t changed, db_.connection().changes());
  if (changed == 0)
    return fail(Code::kNotFound,
                Sentence{"account.gone", "the account is gone, or its password was changed meanwhile"},
                "name");
  return {};
}

Status Accounts::remove(UserId user) {
  return db_.transact([&]() -> Status {
    auto& db = db_.connection();
    KOINON_ASSIGN(const auto there, get(user));
    if (!there) return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "name");
    if (there->role == Role::kOperator) {
      KOINON_ASSIGN(const bool others, has_other_operator(db, user));
      if (!others) return last_operator("name");
    }
    KOINON_TRY(part_from_notes(db, user));
    for (const char* sql : {"DELETE FROM draft WHERE \"user\" = ?", "DELETE FROM watch WHERE \"user\" = ?",
                            "DELETE FROM \"user\" WHERE id = ?"}) {
      auto remove = db.prepare(sql);
      KOINON_TRY(remove.bind(user.value).run());
    }
    return {};
  });
}

Result<std::optional<User>> Accounts::find(std::string_view name) {
  const std::string kept = account_name(name);
  auto select = db_.connection().prepare(std::string(kUserColumns) + "WHERE name = ?");
  select.bind_text(kept);
  return one_user(select);
}

Result<std::optional<User>> Accounts::get(UserId user) {
  auto select = db_.connection().prepare(std::string(kUserColumns) + "WHERE id = ?");
  select.bind(user.value);
  return one_user(select);
}

Result<std::vector<User>> Accounts::all() {
  auto select = db_.connection().prepare(std::string(kUserColumns) + "ORDER BY name");
  std::vector<User> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(read_user(select));
  }
}

Result<std::string> Accounts::issue(const Credential& credential) {
  const std::string secret = to_base32(random_bytes(kSecretBytes));
  const std::string id = credential.id.empty() ? to_hex(random_bytes(kIdBytes)) : credential.id;
  const Bytes digest = sha256(secret).bytes();
  auto insert = db_.connection().prepare(
      "INSERT INTO credential (digest, id, kind, \"user\", scope, label, csrf, created_at_ms, expires_at_ms, "
      "used_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)");
  KOINON_TRY(insert.bind_blob(digest)
                 .bind_text(id)
                 .bind(static_cast<std::int64_t>(credential.kind))
                 .bind(credential.user.value)
                 .bind(static_cast<std::int64_t>(credential.scope))
                 .bind_text(credential.label)
                 .bind_text(credential.csrf)
                 .bind(credential.created_at.value)
                 .bind(credential.expires_at.value)
                 .run());
  return secret;
}

Result<std::string> Accounts::issue_link(UserId user, UnixMillis now) {
  Credential link;
  link.kind = CredentialKind::kOneTime;
  link.user = user;
  link.created_at = now;
  link.expires_at = {now.value + std::chrono::milliseconds(limits::kOneTimeLifetime).count()};
  return db_.transact([&]() -> Result<std::string> {
    KOINON_TRY(revoke_all(user, CredentialKind::kOneTime));
    return issue(link);
  });
}

// The secret is looked up by its digest. So the time that this takes says nothing about the secrets that
// exist.
Result<std::optional<Credential>> Accounts::check(std::string_view secret, CredentialKind kind,
                                                  UnixMillis now) {
  const Bytes digest = sha256(secret).bytes();
  Credential out;
  {
    // This read ends before anything is written. A transaction that has read cannot wait for its turn to
    // write.
    auto select = db_.connection().prepare(std::string(kCredentialColumns) + "WHERE digest = ? AND kind = ?");
    select.bind_blob(digest).bind(static_cast<std::int64_t>(kind));
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return std::optional<Credential>();
    out = read_credential(select);
  }
  if (out.expires_at.value != 0 && out.expires_at.value <= now.value) return std::optional<Credential>();
  if (out.paused_at.value != 0)
    return fail(Code::kRefused,
                Sentence{"credential.paused",
                         "it is paused, because the node was put back to an earlier state; an operator "
                         "releases it"},
                "token");
  // To know which credentials are in use, once a minute is enough. If the time cannot be written, the caller
  // is known all the same.
  constexpr std::int64_t kMinute = 60'000;
  if (now.value - out.used_at.value >= kMinute) {
    auto update = db_.connection().prepare("UPDATE credential SET used_at_ms = ? WHERE digest = ?");
    (void)update.bind(now.value).bind_blob(digest).run();
  }
  return std::optional(std::move(out));
}

Result<std::vector<Credential>> Accounts::of_user(UserId user, CredentialKind kind) {
  auto select = db_.connection().prepare(std::string(kCredentialColumns) +
                                         "WHERE \"user\" = ? AND kind = ? ORDER BY created_at_ms");
  select.bind(user.value).bind(static_cast<std::int64_t>(kind));
  std::vector<Credential> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(read_credential(select));
  }
}

Status Accounts::revoke(UserId user, std::string_view id) {
  auto remove = db_.connection().prepare("DELETE FROM credential WHERE \"user\" = ? AND id = ?");
  KOINON_TRY(remove.bind(user.value).bind_text(id).run());
  KOINON_ASSIGN(const std::int64_t removed, db_.connection().changes());
  if (removed == 0)
    return fail(Code::kNotFound, Sentence{"credential.unknown", "there is nothing of that name"}, "id");
  return {};
}

Status Accounts::revoke_all(UserId user, CredentialKind kind) {
  auto remove = db_.connection().prepare("DELETE FROM credential WHERE \"user\" = ? AND kind = ?");
  KOINON_TRY(db_.run_in_turn(remove.bind(user.value).bind(static_cast<std::int64_t>(kind))));
  return {};
}

Result<std::vector<std::pair<Credential, std::string>>> Accounts::paused(std::size_t limit) {
  auto select = db_.connection().prepare(
      "SELECT c.id, c.kind, c.\"user\", c.scope, c.label, c.csrf, c.created_at_ms, c.expires_at_ms, "
      "c.used_at_ms, c.paused_at_ms, u.name FROM credential c JOIN \"user\" u ON u.id = c.\"user\" "
      "WHERE c.paused_at_ms > 0 ORDER BY c.paused_at_ms, c.created_at_ms, c.id LIMIT ?");
  select.bind(static_cast<std::int64_t>(limit));
  std::vector<std::pair<Credential, std::string>> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.emplace_back(read_credential(select), select.text(10));
  }
}

Result<std::size_t> Accounts::count_paused() {
  auto select = db_.connection().prepare("SELECT count(*) FROM credential WHERE paused_at_ms > 0");
  KOINON_TRY(select.step());
  return static_cast<std::size_t>(select.integer(0));
}

Status Accounts::resume(std::string_view id) {
  auto update = db_.connection().prepare(
      "UPDATE credential SET paused_at_ms = 0 WHERE paused_at_ms > 0 AND (?1 = '' OR id = ?1)");
  KOINON_ASSIGN(const std::int64_t resumed, db_.run_in_turn(update.bind_text(id)));
  if (resumed == 0 && !id.empty())
    return fail(Code::kNotFound, Sentence{"credential.none_paused", "nothing of that name is paused"}, "id");
  return {};
}

Status Accounts::expire(UnixMillis now) {
  auto remove =
      db_.connection().prepare("DELETE FROM credential WHERE expires_at_ms > 0 AND expires_at_ms <= ?");
  KOINON_TRY(db_.run_in_turn(remove.bind(now.value)));
  return {};
}

Status Accounts::note(const AuditLine& line) {
  const auto clip = [](const std::string& text) {
    return std::string(clipped_utf8(text, limits::kAuditFieldBytes));
  };
  const std::string who = clip(line.who);
  const std::string action = clip(line.action);
  const std::string target = clip(line.target);
  const std::string outcome = clip(line.outcome);
  const std::string from = clip(line.from);
  auto& db = db_.connection();
  auto insert = db.prepare(
      "INSERT INTO audit (at_ms, who, action, target, outcome, sender) VALUES (?, ?, ?, ?, ?, ?) "
      "RETURNING id");
  insert.bind(line.at.value)
      .bind_text(who)
      .bind_text(action)
      .bind_text(target)
      .bind_text(outcome)
      .bind_text(from);
  KOINON_ASSIGN(const std::int64_t last, added_id(insert));
  constexpr std::int64_t kNowAndThen = 64;
  if (last % kNowAndThen != 0) return {};
  auto prune = db.prepare("DELETE FROM audit WHERE id <= ?");
  KOINON_TRY(db_.run_in_turn(prune.bind(last - static_cast<std::int64_t>(limits::kAuditLines))));
  return {};
}

Status Accounts::forget_audit(UnixMillis before, std::size_t most) {
  auto remove = db_.connection().prepare(
      "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?) AND at_ms < ?");
  KOINON_TRY(db_.run_in_turn(remove.bind(static_cast<std::int64_t>(most)).bind(before.value)));
  return {};
}

Result<std::vector<AuditLine>> Accounts::audit(std::int64_t before, std::size_t limit) {
  auto select = db_.connection().prepare(
      "SELECT id, at_ms, who, action, target, outcome, sender FROM audit WHERE id < ? ORDER BY id DESC LIMIT "
      "?");
  select.bind(before > 0 ? before : INT64_MAX).bind(static_cast<std::int64_t>(limit));
  std::vector<AuditLine> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back({select.integer(0),
                   {select.integer(1)},
                   select.text(2),
                   select.text(3),
                   select.text(4),
                   select.text(5),
                   select.text(6)});
  }
}

}  // namespace koinon
