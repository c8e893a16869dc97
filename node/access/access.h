// Who asks, and whether they may: sessions, tokens, a trusted proxy's header, the Unix socket.
//
// Belongs to one thread, as the accounts do; guesses are counted for all threads together.
#pragma once

#include <functional>

#include "node/access/guesses.h"
#include "node/http/message.h"
#include "node/http/routes.h"
#include "storage/office/accounts.h"

namespace koinon {

struct AccessOptions {
  bool public_reading = false;
  std::string url;                   // https://notes.seoul.example, as readers write it; may be empty
  std::string sso_header;            // lower case; empty: none
  std::string sso_secret;            // what the proxy sends in kSsoSecretHeader beside it
  std::vector<std::string> proxies;  // addresses whose forwarding headers are believed
  Bytes form_key;                    // under which forms of callers that a proxy names carry a token
  std::uint16_t port = 0;            // that is served, for who asks over the Unix socket where pages are
};

// In which a proxy proves that it is the one that logs people in: any other program of the same machine has
// the same address.
inline constexpr std::string_view kSsoSecretHeader = "koinon-sso-secret";

class Access {
 public:
  Access(Accounts& accounts, AccessOptions options, Guesses& guesses, std::function<UnixMillis()> clock);

  // Sets the caller of a request that has passed the entrance, and says whether it may go on. Nothing of the
  // body has been read.
  Status admit(HttpRequest& request);

  // Of an admitted request that is still being answered: whether it would be admitted now. Tokens are revoked
  // and sessions end.
  Status admit_still(const HttpRequest& request);

  // What a form carries of a caller whom a proxy names; it lasts as long as the program.
  std::string form_token(const std::string& name) const;
  // Of the browser's cookie for a session; an empty secret takes it away.
  std::string cookie(const std::string& secret) const;
  Guesses& guesses() { return guesses_; }
  const AccessOptions& options() const { return options_; }
  // Where pages and feeds are, without a slash at the end: what is configured, else what the request was sent
  // to, or this machine's own address where it came over the Unix socket.
  std::string base_url(const HttpRequest& request) const;

 private:
  Result<Caller> caller_of(const HttpRequest& request);
  Result<Caller> by_token(const std::string& secret, CredentialKind kind, Caller::By by);
  Result<Caller> by_name(const std::string& name);
  Status check_forgery(const HttpRequest& request) const;
  std::string cookie_name() const;
  bool from_proxy(const HttpRequest& request) const;

  Accounts& accounts_;
  AccessOptions options_;
  Guesses& guesses_;
  std::function<UnixMillis()> clock_;
};

// The least that one must be.
Role needed_role(Need need);
// Whether they may, by what they are; kUnauthenticated where logging in could help.
Status check_need(const Caller& caller, Need need, bool public_reading);
// Whether they may, by how they are known: a token that leaks must not make others of its kind.
Status check_person(const Caller& caller, const Route& route);

}  // namespace koinon
