// Who asks, and whether they may: sessions, tokens, a trusted proxy's header, the Unix socket.
//
// Belongs to one thread, as the accounts do; guesses are counted for all threads together.
#pragma once

#include <functional>
#include <optional>

#include "node/access/guesses.h"
#include "node/access/rights.h"
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

// What a request says of who sends it. None of it is believed until it has been looked at.
struct Claims {
  bool local = false;                   // it came over the Unix socket
  std::string peer;                     // the address at the other end of the connection
  std::string remote;                   // the same, or what a trusted proxy says
  std::string authorization;            // the header; empty: not sent
  std::optional<std::string> sso_name;  // the header that options name; none: not sent
  std::string sso_secret;               // kSsoSecretHeader
  std::string session;                  // the cookie that cookie_name() names; empty: not sent
  std::string csrf;                     // the header Koinon-CSRF
  std::string feed_key;                 // of the address of a feed; empty: there is none, or it is no feed
};

// What a request is about to do.
struct Wanted {
  Need need = Need::kReading;
  bool takes_person = false;  // it makes or changes what people are known by
  bool changes = false;       // it is more than reading
  bool is_page = false;       // a form, which carries its own proof against forgery
  bool throttled = false;     // its visitor has had enough, unless it turns out to be known
};

class Access {
 public:
  Access(Accounts& accounts, AccessOptions options, Guesses& guesses, std::function<UnixMillis()> clock);

  // Who a request that has passed the entrance comes from; nothing of its body has been read.
  Result<Caller> identify(const Claims& claims);
  // Whether they may go on.
  Status admit(const Caller& caller, const Claims& claims, const Wanted& wanted) const;
  // Of an admitted request that is still being answered: whether it would be admitted now. Tokens are revoked
  // and sessions end.
  Status admit_still(const Claims& claims, Need need);

  // What a form carries of a caller whom a proxy names; it lasts as long as the program.
  std::string form_token(const std::string& name) const;
  // Of the cookie that a session is known by.
  std::string cookie_name() const;
  // Of the browser's cookie for a session; an empty secret takes it away.
  std::string cookie(const std::string& secret) const;
  Guesses& guesses() { return guesses_; }
  const AccessOptions& options() const { return options_; }
  // Where pages and feeds are, without a slash at the end: what is configured, else the host that the request
  // was sent to, or this machine's own address where it came over the Unix socket.
  std::string base_url(bool local, const std::string& host) const;

 private:
  Result<Caller> by_token(const std::string& secret, CredentialKind kind, Caller::By by);
  // The same, counted as a guess from that address.
  Result<Caller> guess(const std::string& secret, CredentialKind kind, Caller::By by,
                       const std::string& address);
  Result<Caller> by_name(const std::string& name);
  static Status check_forgery(const Caller& caller, const Claims& claims, const Wanted& wanted);
  bool from_proxy(const Claims& claims) const;

  Accounts& accounts_;
  AccessOptions options_;
  Guesses& guesses_;
  std::function<UnixMillis()> clock_;
};

}  // namespace koinon
