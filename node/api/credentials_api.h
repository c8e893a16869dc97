// API tokens and personal feed addresses.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/account_rules.h"
#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct CredentialWish {
  std::string account;
  std::string label;
  std::optional<Role> scope;         // nothing: reader; a feed address may only read, even if this says more
  std::optional<std::int64_t> days;  // how long it is valid; nothing: for ever
  // A token of the scope metrics: it opens the node's measures, and nothing else. An operator makes it, for
  // an account of any role.
  bool metrics = false;
};

struct NewCredential {
  Credential made;
  std::string secret;  // the secret; the node does not keep it
  std::string url;     // for a feed address: the feed of all notes
};

struct NamedCredential {
  std::string account;
  std::string id;
};

// A credential that came back with an old office.db.
struct PausedCredential {
  Credential credential;
  std::string account;
};

// Empty: all that are paused.
struct Resumption {
  std::string id;
};

class CredentialsApi {
 public:
  explicit CredentialsApi(ApiShared& shared);

  const Operation<NamedAccount, std::vector<Credential>> list_tokens;
  // A token may do no more than its account, and no more than the caller who makes it.
  const Operation<CredentialWish, NewCredential> add_token;
  const Operation<NamedCredential, Nothing> remove_token;
  const Operation<NamedAccount, std::vector<Credential>> list_feeds;
  const Operation<CredentialWish, NewCredential> add_feed;
  const Operation<NamedCredential, Nothing> remove_feed;
  // Tokens, feed addresses and one-time links that wait for an operator's look after a rollback; the oldest
  // first, at most limits::kPageSizeMax.
  const Operation<Nothing, std::vector<PausedCredential>> list_paused;
  const Operation<Resumption, Nothing> resume;

 private:
  Result<std::vector<Credential>> tokens(const Asker& asker, const NamedAccount& named);
  Result<std::vector<Credential>> feeds(const Asker& asker, const NamedAccount& named);
  Result<NewCredential> make_token(const Asker& asker, const CredentialWish& wish);
  Result<NewCredential> make_feed(const Asker& asker, const CredentialWish& wish);
  Result<std::vector<PausedCredential>> paused(const Asker& asker, const Nothing& query);
  Result<Nothing> release(const Asker& asker, const Resumption& what);
  Result<Nothing> revoke(const Asker& asker, const NamedCredential& named);

  Result<std::vector<Credential>> of_kind(const Asker& asker, const NamedAccount& named, CredentialKind kind);
  // The credential that would be kept for this wish.
  Result<Credential> draft(const Asker& asker, const CredentialWish& wish, CredentialKind kind);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
