// Finds out who sends a request and whether they may: by sessions, tokens, a trusted proxy's header, or the
// Unix socket.
//
// Belongs to one thread, like the accounts. Guesses are counted for all threads together.
#pragma once

#include <functional>
#include <optional>

#include "node/access/guesses.h"
#include "node/access/rights.h"
#include "node/text/networks.h"
#include "storage/office/accounts.h"

namespace koinon {

struct AccessOptions {
  bool public_reading = false;
  std::string url;         // https://notes.seoul.example, the address that readers use; may be empty
  std::string sso_header;  // lower case; empty: none
  // The secret that a proxy also sends, in kSsoSecretHeader. Empty: none; then only one that comes over its
  // own socket is believed who somebody is.
  std::string sso_secret;
  std::vector<AddressRange> proxies;  // of proxies over TCP: their forwarding headers are believed
  bool proxy_socket = false;          // a proxy has a socket of its own: what comes over it is believed too
  Bytes form_key;                     // key for the form tokens of callers that a proxy names
  // The host and the port at which this machine serves pages. A caller over the Unix socket is told them.
  // Without a host nothing is served but the Unix socket.
  std::string host = "localhost";
  std::uint16_t port = 0;
};

// The address of pages and feeds, without a slash at the end, as this machine calls it: the configured one,
// else its own.
std::string own_url(const AccessOptions& options);

// Whether it is a trusted proxy. `peer` is as in HttpRequest, or the address of another one on the way.
bool is_trusted_proxy(const AccessOptions& options, const std::string& peer);

// In this header a proxy over TCP that logs people in proves itself. Its address is no proof: any program of
// the same machine has it. Over a socket of its own it need not prove anything.
inline constexpr std::string_view kSsoSecretHeader = "koinon-sso-secret";

// What a request says about its sender. Nothing of it is believed before it is checked.
struct Claims {
  bool local = false;                // it came over the Unix socket of operators
  std::string peer;                  // the address at the other end of the connection
  std::string remote;                // the same, or the address that a trusted proxy states
  std::optional<std::string> token;  // own_token of the header Authorization
  std::string sso_name;    // the header that the options name; empty: not sent, or the proxy knows nobody
  std::string sso_secret;  // kSsoSecretHeader
  std::string session;     // the cookie that cookie_name() names; empty: not sent
  std::string csrf;        // the header Koinon-CSRF
  std::string feed_key;    // the key in the address of a feed; empty: no key, or no feed
};

// The token of this node in a header Authorization, known or not. Nothing: it has another scheme, or a token
// of somebody else. What is meant for a proxy on the way, or for another program behind it, says nothing
// here.
std::optional<std::string> own_token(std::string_view authorization);

// What a request wants to do.
struct Wanted {
  Need need = Need::kReading;
  bool takes_person = false;  // it makes or changes credentials
  bool changes = false;       // it changes something
  bool is_page = false;       // it is a form, with a token of its own against forgery
  bool throttled = false;  // its visitor is over the limit; refused unless the caller turns out to be known
};

// The refusal of a visitor who is over the limit.
Error had_enough();

class Access {
 public:
  Access(Accounts& accounts, AccessOptions options, Guesses& guesses, std::function<UnixMillis()> clock);

  // Who sends a request that has passed the entrance. Its body is not read yet.
  Result<Caller> identify(const Claims& claims);
  // Whether the caller may do what is wanted.
  Status admit(const Caller& caller, const Claims& claims, const Wanted& wanted) const;
  // For an admitted request that is still being answered: whether it would be admitted now. Its token may be
  // revoked or its session over.
  Status admit_still(const Claims& claims, Need need);

  // The form token of a caller whom a proxy names. It is valid as long as the program runs.
  std::string form_token(const std::string& name) const;
  // The name of the session cookie.
  std::string cookie_name() const;
  // The Set-Cookie value for a session. With an empty secret the browser deletes its cookie.
  std::string cookie(const std::string& secret) const;
  Guesses& guesses() { return guesses_; }
  const AccessOptions& options() const { return options_; }
  // The same for a caller: where none is configured, it is the host to which the request was sent, unless it
  // came over the Unix socket (`local`).
  std::string base_url(bool local, const std::string& host) const;

 private:
  // A token may be of the scope metrics.
  Result<Caller> by_token(const std::string& secret, CredentialKind kind, Caller::By by);
  // The same, and counts wrong ones from that address. One that is right always counts.
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
