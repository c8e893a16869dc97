// Who asks, and whether they may: sessions, tokens, a trusted proxy's header, the Unix socket.
//
// On the HTTP server's thread.
#pragma once

#include <functional>

#include "node/http/message.h"
#include "node/http/routes.h"
#include "node/http/throttle.h"
#include "storage/office/accounts.h"

namespace koinon {

struct AccessOptions {
  bool public_reading = false;
  std::string url;                   // https://notes.seoul.example, as readers write it; may be empty
  std::string sso_header;            // lower case; empty: none
  std::vector<std::string> proxies;  // addresses whose forwarding headers are believed
};

struct AccessClock {
  std::function<UnixMillis()> wall;
  std::function<MonoTime()> mono;
};

class Access {
 public:
  Access(Accounts& accounts, AccessOptions options, AccessClock clock);

  // Sets the caller of a request whose route is known, and says whether it may go on. Nothing of the body has
  // been read.
  Status admit(HttpRequest& request);

  // Of an admitted request that is still being answered: whether it would be admitted now. Tokens are revoked
  // and sessions end.
  Status admit_still(const HttpRequest& request);

  // A try at a secret by this caller: logins, one-time codes. kTooMany: not now.
  Status may_try(const std::string& account, const std::string& remote);
  void tried(const std::string& account, const std::string& remote, bool right);

  // What a form carries of a caller whom a proxy names; it lasts as long as the program.
  std::string form_token(const std::string& name) const;
  // Of the browser's cookie for a session; an empty secret takes it away.
  std::string cookie(const std::string& secret) const;
  const AccessOptions& options() const { return options_; }
  // Where pages and feeds are, without a slash at the end: what is configured, else what the request was sent
  // to.
  std::string base_url(const HttpRequest& request) const;

 private:
  Status find_address(HttpRequest& request) const;
  Status check_host(const HttpRequest& request) const;
  Result<Caller> caller_of(const HttpRequest& request);
  Result<Caller> by_token(const std::string& secret, CredentialKind kind, Caller::By by);
  Result<Caller> by_name(const std::string& name);
  Status check_forgery(const HttpRequest& request) const;
  bool is_proxy(const std::string& address) const;
  std::string cookie_name() const;

  Accounts& accounts_;
  AccessOptions options_;
  AccessClock clock_;
  std::string host_;  // of options_.url, with its port if it names one
  Throttle requests_;
  Throttle accounts_tried_;
  Throttle addresses_tried_;
  Throttle anywhere_tried_;
  Bytes form_key_;
};

// The least that one must be.
Role needed_role(Need need);
// Whether they may, by what they are; kUnauthenticated where logging in could help.
Status check_need(const Caller& caller, Need need, bool public_reading);

}  // namespace koinon
