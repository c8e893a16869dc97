// API tokens and personal feed addresses.
//
// On the reading thread that its parts belong to.
#pragma once

#include "node/api/account_rules.h"
#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct CredentialWish {
  std::string account;
  std::string label;
  std::optional<Role> scope;         // none: reader; a feed address may read, whatever this says
  std::optional<std::int64_t> days;  // that it lasts; none: for ever
};

struct NewCredential {
  Credential made;
  std::string secret;  // kept nowhere else
  std::string url;     // of a feed address: the feed of everything
};

struct NamedCredential {
  std::string account;
  std::string id;
};

class CredentialsApi {
 public:
  explicit CredentialsApi(ApiShared& shared);

  const Operation<NamedAccount, std::vector<Credential>> list_tokens;
  // A token may no more than its account, nor than whoever makes it.
  const Operation<CredentialWish, NewCredential> add_token;
  const Operation<NamedCredential, Nothing> remove_token;
  const Operation<NamedAccount, std::vector<Credential>> list_feeds;
  const Operation<CredentialWish, NewCredential> add_feed;
  const Operation<NamedCredential, Nothing> remove_feed;

 private:
  Result<std::vector<Credential>> tokens(const Asker& asker, const NamedAccount& named);
  Result<std::vector<Credential>> feeds(const Asker& asker, const NamedAccount& named);
  Result<NewCredential> make_token(const Asker& asker, const CredentialWish& wish);
  Result<NewCredential> make_feed(const Asker& asker, const CredentialWish& wish);
  Result<Nothing> revoke(const Asker& asker, const NamedCredential& named);

  Result<std::vector<Credential>> of_kind(const Asker& asker, const NamedAccount& named, CredentialKind kind);
  // What is wished for, as it would be kept.
  Result<Credential> draft(const Asker& asker, const CredentialWish& wish, CredentialKind kind);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
