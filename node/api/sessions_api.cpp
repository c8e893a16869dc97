#include "node/api/sessions_api.h"

#include <boost/asio/post.hpp>

#include "crypto/ed25519.h"
#include "crypto/password.h"
#include "node/replication/from_callback.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kCsrfBytes = 16;
constexpr std::size_t kSessionIdBytes = 6;

// What is begun has no name in the address.
std::string name_of(const SessionView& view) { return view.user.name; }
std::string target_of_password(const PasswordChange& change) { return change.account; }

Error wrong_login() {
  return fail(Code::kUnauthenticated, Sentence{"login.wrong", "the name or the password is wrong"},
              "password");
}

}  // namespace

SessionsApi::SessionsApi(ApiShared& shared)
    : log_in({.method = "POST",
              .pattern = "/api/v1/sessions",
              .need = Need::kAnyone,
              .id = "logIn",
              .tag = "accounts",
              .summary = "Log in; sets the session's cookie",
              .takes = "Login",
              .gives = "Session",
              .status = 201,
              .body_limit = kSmallBody,
              .at_reader = AtReader::kYes},
             this, &SessionsApi::begin, {.made = name_of}),
      log_out({.method = "DELETE",
               .pattern = "/api/v1/sessions/current",
               .need = Need::kReader,
               .id = "logOut",
               .tag = "accounts",
               .summary = "End this session",
               .status = 204,
               .body_limit = kSmallBody,
               .at_reader = AtReader::kYes},
              this, &SessionsApi::end),
      me({.method = "GET",
          .pattern = "/api/v1/me",
          .need = Need::kReader,
          .id = "getMe",
          .tag = "accounts",
          .summary = "Who asks, and what they may",
          .gives = "Me",
          .body_limit = kSmallBody,
          .at_reader = AtReader::kYes},
         this, &SessionsApi::who_asks),
      look_at_link({.method = "GET",
                    .pattern = "/api/v1/passwords/{code}",
                    .need = Need::kAnyone,
                    .id = "lookAtLink",
                    .tag = "accounts",
                    .summary = "Whose a one-time code is, while it can be used",
                    .gives = "Account",
                    .body_limit = kSmallBody,
                    .at_reader = AtReader::kNo},
                   this, &SessionsApi::owner_of_link),
      use_link({.method = "POST",
                .pattern = "/api/v1/passwords",
                .need = Need::kAnyone,
                .id = "useLink",
                .tag = "accounts",
                .summary = "Set a password by a one-time code",
                .takes = "PasswordByCode",
                .status = 204,
                .body_limit = kSmallBody},
               this, &SessionsApi::take_link),
      set_password({.method = "PUT",
                    .pattern = "/api/v1/accounts/{name}/password",
                    .need = Need::kReader,
                    .id = "setPassword",
                    .tag = "accounts",
                    .summary = "Change one's own password",
                    .takes = "PasswordChange",
                    .status = 204,
                    .body_limit = kSmallBody,
                    .takes_person = true},
                   this, &SessionsApi::change_password, {.target = target_of_password}),
      shared_(shared),
      parts_(shared.parts) {}

asio::awaitable<Result<bool>> SessionsApi::check_password(std::string hash, std::string password) {
  Commons* commons = &parts_.commons;
  if (commons->passwords_waiting.fetch_add(1) >= limits::kPasswordChecks) {
    --commons->passwords_waiting;
    co_return fail(Code::kTooMany, Sentence{"login.too_many_at_once", "too many log in at once; try again"},
                   "password");
  }
  ++commons->passwords_checked;
  asio::thread_pool* pool = &parts_.slow;
  Beginning<bool> begin = [pool, commons, hash, password](std::function<void(bool)> done) {
    asio::post(*pool, [commons, hash, password, done] {
      const bool right = password_matches(hash, password);
      --commons->passwords_waiting;
      done(right);
    });
  };
  co_return co_await from_callback<bool>(std::move(begin));
}

asio::awaitable<Result<std::string>> SessionsApi::hash(std::string password) {
  asio::thread_pool* pool = &parts_.slow;
  Beginning<Result<std::string>> begin = [pool, password](std::function<void(Result<std::string>)> done) {
    asio::post(*pool, [password, done] { done(hash_password(password)); });
  };
  co_return co_await from_callback<Result<std::string>>(std::move(begin));
}

// A name that there is not takes as long as one that there is, and gets the same answer.
asio::awaitable<Result<SessionView>> SessionsApi::begin(Asker asker, LoginQuery query) {
  const std::string name(clipped_utf8(account_name(query.name), limits::kAccountNameBytes));
  Guesses& guesses = parts_.commons.guesses;
  if (const Status may = guesses.may_try(name, asker.remote); !may.ok()) co_return may.error();
  const auto user = shared_.accounts.find(name);
  if (!user.ok()) co_return is_server_away(user.error()) ? office_away() : user.error();
  const bool known = user->has_value() && !(*user)->password.empty();
  const auto right = co_await check_password(known ? (*user)->password : hash_of_nobody(), query.password);
  if (!right.ok()) co_return right.error();
  guesses.tried(name, asker.remote, known && *right);
  if (!known || !*right) co_return wrong_login();
  co_return issue_session(**user);
}

Result<SessionView> SessionsApi::issue_session(const User& user) {
  Credential session;
  session.kind = CredentialKind::kSession;
  session.user = user.id;
  session.scope = Role::kOperator;
  session.csrf = to_hex(random_bytes(kCsrfBytes));
  session.created_at = parts_.clock.wall();
  session.expires_at = {session.created_at.value +
                        std::chrono::milliseconds(limits::kSessionLifetime).count()};
  // A clock that is ahead must not delete what is still good; what has expired opens nothing all the same.
  if (!parts_.clock_questions.standing().off()) (void)shared_.accounts.expire(session.created_at);
  session.id = to_hex(random_bytes(kSessionIdBytes));
  KOINON_ASSIGN(const std::string secret, shared_.accounts.issue(session));
  // A password that was changed while it was checked opens nothing: the change ends what stands, this what
  // came just after it.
  const auto now = shared_.accounts.get(user.id);
  if (!now.ok() || !*now || (*now)->password != user.password) {
    (void)shared_.accounts.revoke(user.id, session.id);
    return wrong_login();
  }
  return SessionView{user_view(user), session.csrf, shared_.access.cookie(secret)};
}

Result<EndedSession> SessionsApi::end(const Asker& asker, const Nothing&) {
  if (asker.caller.by != Caller::By::kSession) return fail(Code::kRefused, "this is no session", "session");
  KOINON_TRY(shared_.accounts.revoke(asker.caller.user, asker.caller.credential));
  return EndedSession{shared_.access.cookie("")};
}

Result<MeView> SessionsApi::who_asks(const Asker& asker, const Nothing&) {
  const Caller& caller = asker.caller;
  return MeView{caller.name, caller.role, caller.office, caller.person, caller.csrf};
}

asio::awaitable<Result<EndedSession>> SessionsApi::change_password(Asker asker, PasswordChange change) {
  const auto user = account_of(shared_.accounts, change.account);
  if (!user.ok()) co_return user.error();
  if (user->id != asker.caller.user)
    co_return fail(
        Code::kRefused,
        Sentence{"password.of_another", "a password is its owner's to change; others make a one-time link"},
        "name");
  Guesses& guesses = parts_.commons.guesses;
  if (const Status may = guesses.may_try(user->name, asker.remote); !may.ok()) co_return may.error();
  const auto right = co_await check_password(user->password, change.old);
  if (!right.ok()) co_return right.error();
  guesses.tried(user->name, asker.remote, *right);
  std::vector<Error> faults;
  if (!*right)
    faults.push_back(
        fail(Code::kRefused, Sentence{"password.old_wrong", "the old password is wrong"}, "old"));
  take_fault(faults, check_password_rule(change.wanted));
  if (const Status wrong = all_faults(std::move(faults)); !wrong.ok()) co_return wrong.error();
  const auto hashed = co_await hash(change.wanted);
  if (!hashed.ok()) co_return hashed.error();
  const Status stored = put_password(user->id, *hashed, user->password, change.end_tokens);
  if (!stored.ok()) co_return stored.error();
  co_return EndedSession{shared_.access.cookie("")};
}

// The password alone: what became of the account while it was hashed stands. Whoever was logged in is no
// longer.
Status SessionsApi::put_password(UserId user, const std::string& hash,
                                 const std::optional<std::string>& before, bool end_tokens) {
  KOINON_TRY(shared_.accounts.set_password(user, hash, before));
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kSession));
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kOneTime));
  if (!end_tokens) return {};
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kToken));
  KOINON_TRY(shared_.accounts.revoke_all(user, CredentialKind::kMetrics));
  return shared_.accounts.revoke_all(user, CredentialKind::kFeed);
}

Result<Credential> SessionsApi::find_link(const Asker& asker, const std::string& code) {
  Guesses& guesses = parts_.commons.guesses;
  KOINON_TRY(guesses.may_try({}, asker.remote));
  KOINON_ASSIGN(auto link, shared_.accounts.check(code, CredentialKind::kOneTime, parts_.clock.wall()));
  guesses.tried({}, asker.remote, link.has_value());
  if (!link)
    return fail(Code::kNotFound,
                Sentence{"link.used", "this link has been used already, or has expired; ask for a new one"},
                "code");
  return std::move(*link);
}

Result<UserView> SessionsApi::owner_of_link(const Asker& asker, const LinkQuery& query) {
  KOINON_ASSIGN(const Credential link, find_link(asker, query.code));
  KOINON_ASSIGN(const auto user, shared_.accounts.get(link.user));
  if (user) return user_view(*user);
  return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "code");
}

asio::awaitable<Result<Nothing>> SessionsApi::take_link(Asker asker, LinkUse use) {
  // First the link: of one that was used no password is good enough.
  const auto link = find_link(asker, use.code);
  if (!link.ok()) co_return link.error();
  if (const Status rule = check_password_rule(use.password); !rule.ok()) co_return rule.error();
  const UserId id = link->user;
  const auto hashed = co_await hash(use.password);
  if (!hashed.ok()) co_return hashed.error();
  // Used once: whoever takes it away sets the password.
  if (const Status taken = shared_.accounts.revoke(id, link->id); !taken.ok()) co_return taken.error();
  const Status put = put_password(id, *hashed, std::nullopt, use.end_tokens);
  if (!put.ok()) co_return put.error();
  co_return Nothing{};
}

}  // namespace koinon
