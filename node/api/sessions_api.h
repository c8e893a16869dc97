// Login, logout and passwords.
//
// On the reading thread of its parts; passwords are checked on the pool for slow work.
#pragma once

#include "node/api/accounts_api.h"

namespace koinon {

struct LoginQuery {
  std::string name;
  std::string password;
};

struct SessionView {
  UserView user;
  std::string csrf;    // the token that requests of the session carry against forgery
  std::string cookie;  // for Set-Cookie
};

// The session is over.
struct EndedSession {
  std::string cookie;  // for Set-Cookie: the browser deletes its cookie
};

// Who the caller is, and what they may do.
struct MeView {
  std::string name;
  Role role = Role::kNobody;
  std::string office;
  std::string person;
  std::string csrf;  // of a session; empty: the caller has none
};

struct LinkUse {
  std::string code;  // the code of a one-time link
  std::string password;
  bool end_tokens = false;  // also end all tokens and feed addresses
};

struct LinkQuery {
  std::string code;  // the code of a one-time link
};

struct PasswordChange {
  std::string account;
  std::string old;
  std::string wanted;
  bool end_tokens = false;  // also end all tokens and feed addresses
};

class SessionsApi {
 public:
  explicit SessionsApi(ApiShared& shared);

  // kUnauthenticated: the name or the password is wrong. kTooMany: too many tries, or too many at once.
  const Operation<LoginQuery, SessionView> log_in;
  const Operation<Nothing, EndedSession> log_out;
  const Operation<Nothing, MeView> me;
  // Whose the link is, while it can be used. kNotFound: it was used, or has expired. kTooMany: as of log_in.
  const Operation<LinkQuery, UserView> look_at_link;
  const Operation<LinkUse, Nothing> use_link;
  const Operation<PasswordChange, EndedSession> set_password;

 private:
  boost::asio::awaitable<Result<SessionView>> begin(Asker asker, LoginQuery query);
  Result<EndedSession> end(const Asker& asker, const Nothing& query);
  Result<MeView> who_asks(const Asker& asker, const Nothing& query);
  Result<UserView> owner_of_link(const Asker& asker, const LinkQuery& query);
  boost::asio::awaitable<Result<Nothing>> take_link(Asker asker, LinkUse use);
  // The link that a code is of. Wrong codes count as guesses.
  Result<Credential> find_link(const Asker& asker, const std::string& code);
  boost::asio::awaitable<Result<EndedSession>> change_password(Asker asker, PasswordChange change);

  Result<SessionView> issue_session(const User& user);
  // Runs on the pool, because Argon2id takes long. kTooMany: too many checks wait already.
  boost::asio::awaitable<Result<bool>> check_password(std::string hash, std::string password);
  boost::asio::awaitable<Result<std::string>> hash(std::string password);
  Status put_password(UserId user, const std::string& hash, const std::optional<std::string>& before,
                      bool end_tokens);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
