// Logging in and out, and passwords.
//
// On the reading thread that its parts belong to; passwords are checked on the pool for what takes long.
#pragma once

#include "node/api/accounts_api.h"

namespace koinon {

struct LoginQuery {
  std::string name;
  std::string password;
};

struct SessionView {
  UserView user;
  std::string csrf;    // what its requests carry against forgery
  std::string cookie;  // for Set-Cookie
};

// Whoever was logged in is no longer.
struct EndedSession {
  std::string cookie;  // for Set-Cookie: takes the browser's away
};

// Who asks, and what they may.
struct MeView {
  std::string name;
  Role role = Role::kNobody;
  std::string office;
  std::string person;
  std::string csrf;  // of a session; empty: it is none
};

struct LinkUse {
  std::string code;  // of a one-time link
  std::string password;
  bool end_tokens = false;  // tokens and feed addresses open nothing any more
};

struct PasswordChange {
  std::string account;
  std::string old;
  std::string wanted;
  bool end_tokens = false;  // tokens and feed addresses open nothing any more
};

class SessionsApi {
 public:
  explicit SessionsApi(ApiShared& shared);

  // kUnauthenticated: the name or the password is wrong. kTooMany: too often, or too many at once.
  const Operation<LoginQuery, SessionView> log_in;
  const Operation<Nothing, EndedSession> log_out;
  const Operation<Nothing, MeView> me;
  const Operation<LinkUse, Nothing> use_link;
  const Operation<PasswordChange, EndedSession> set_password;

 private:
  boost::asio::awaitable<Result<SessionView>> begin(Asker asker, LoginQuery query);
  Result<EndedSession> end(const Asker& asker, const Nothing& query);
  Result<MeView> who_asks(const Asker& asker, const Nothing& query);
  boost::asio::awaitable<Result<Nothing>> take_link(Asker asker, LinkUse use);
  boost::asio::awaitable<Result<EndedSession>> change_password(Asker asker, PasswordChange change);

  Result<SessionView> issue_session(const User& user);
  // On the pool: Argon2id takes long. kTooMany: too many wait already.
  boost::asio::awaitable<Result<bool>> check_password(std::string hash, std::string password);
  boost::asio::awaitable<Result<std::string>> hash(std::string password);
  Status put_password(UserId user, const std::string& hash, const std::optional<std::string>& before,
                      bool end_tokens);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
