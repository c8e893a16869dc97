#include "node/api/credentials_api.h"

#include <algorithm>

#include "crypto/ed25519.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

std::string target_of_account(const CredentialWish& wish) { return wish.account; }
std::string target_of_credential(const NamedCredential& named) { return named.id + "/" + named.account; }
std::string target_of_resumption(const Resumption& what) { return what.id.empty() ? "all" : what.id; }

OperationFacts list_paused_facts() {
  return {.method = "GET",
          .pattern = "/api/v1/paused-credentials",
          .need = Need::kOperator,
          .id = "listPausedCredentials",
          .tag = "accounts",
          .summary = "What is paused since the node was put back to an earlier state",
          .gives = "PausedCredentialList"};
}

OperationFacts resume_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/paused-credentials",
          .need = Need::kOperator,
          .id = "resumeCredentials",
          .tag = "accounts",
          .summary = "Let one that is paused count again, or all",
          .takes = "ResumeRequest",
          .status = 204,
          .body_limit = kSmallBody,
          .takes_person = true};
}

}  // namespace

CredentialsApi::CredentialsApi(ApiShared& shared)
    : list_tokens({.method = "GET",
                   .pattern = "/api/v1/accounts/{name}/tokens",
                   .need = Need::kReader,
                   .id = "listTokens",
                   .tag = "accounts",
                   .summary = "API tokens",
                   .gives = "CredentialList",
                   .body_limit = kSmallBody},
                  this, &CredentialsApi::tokens),
      add_token({.method = "POST",
                 .pattern = "/api/v1/accounts/{name}/tokens",
                 .need = Need::kReader,
                 .id = "addToken",
                 .tag = "accounts",
                 .summary = "Make an API token; it is shown once",
                 .takes = "CredentialRequest",
                 .gives = "NewCredential",
                 .status = 201,
                 .body_limit = kSmallBody,
                 .takes_person = true},
                this, &CredentialsApi::make_token, {.target = target_of_account}),
      remove_token({.method = "DELETE",
                    .pattern = "/api/v1/accounts/{name}/tokens/{id}",
                    .need = Need::kReader,
                    .id = "removeToken",
                    .tag = "accounts",
                    .summary = "Revoke a token",
                    .status = 204,
                    .body_limit = kSmallBody},
                   this, &CredentialsApi::revoke, {.target = target_of_credential}),
      list_feeds({.method = "GET",
                  .pattern = "/api/v1/accounts/{name}/feeds",
                  .need = Need::kReader,
                  .id = "listFeedAddresses",
                  .tag = "accounts",
                  .summary = "Personal feed addresses",
                  .gives = "CredentialList",
                  .body_limit = kSmallBody},
                 this, &CredentialsApi::feeds),
      add_feed({.method = "POST",
                .pattern = "/api/v1/accounts/{name}/feeds",
                .need = Need::kReader,
                .id = "addFeedAddress",
                .tag = "accounts",
                .summary = "Make a personal feed address; its key is shown once",
                .takes = "CredentialRequest",
                .gives = "NewCredential",
                .status = 201,
                .body_limit = kSmallBody,
                .takes_person = true},
               this, &CredentialsApi::make_feed, {.target = target_of_account}),
      remove_feed({.method = "DELETE",
                   .pattern = "/api/v1/accounts/{name}/feeds/{id}",
                   .need = Need::kReader,
                   .id = "removeFeedAddress",
                   .tag = "accounts",
                   .summary = "Revoke a feed address",
                   .status = 204,
                   .body_limit = kSmallBody},
                  this, &CredentialsApi::revoke, {.target = target_of_credential}),
      list_paused(list_paused_facts(), this, &CredentialsApi::paused),
      resume(resume_facts(), this, &CredentialsApi::release, {.target = target_of_resumption}),
      shared_(shared),
      parts_(shared.parts) {}

Result<std::vector<Credential>> CredentialsApi::tokens(const Asker& asker, const NamedAccount& named) {
  KOINON_ASSIGN(auto out, of_kind(asker, named, CredentialKind::kToken));
  KOINON_ASSIGN(auto measuring, of_kind(asker, named, CredentialKind::kMetrics));
  for (Credential& one : measuring) out.push_back(std::move(one));
  return out;
}

Result<std::vector<Credential>> CredentialsApi::feeds(const Asker& asker, const NamedAccount& named) {
  return of_kind(asker, named, CredentialKind::kFeed);
}

Result<std::vector<Credential>> CredentialsApi::of_kind(const Asker& asker, const NamedAccount& named,
                                                        CredentialKind kind) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, asker.caller, named.name));
  return shared_.accounts.of_user(user.id, kind);
}

Result<std::vector<PausedCredential>> CredentialsApi::paused(const Asker&, const Nothing&) {
  KOINON_ASSIGN(auto found, shared_.accounts.paused(limits::kPageSizeMax));
  std::vector<PausedCredential> out;
  for (auto& [credential, account] : found) out.push_back({std::move(credential), std::move(account)});
  return out;
}

Result<Nothing> CredentialsApi::release(const Asker&, const Resumption& what) {
  KOINON_TRY(shared_.accounts.resume(what.id));
  return Nothing{};
}

Result<Credential> CredentialsApi::draft(const Asker& asker, const CredentialWish& wish,
                                         CredentialKind kind) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, asker.caller, wish.account));
  Credential out;
  out.kind = kind;
  out.user = user.id;
  out.label = wish.label;
  KOINON_TRY(check_line(out.label, "label"));
  out.scope = Role::kReader;
  if (kind == CredentialKind::kToken && wish.scope) {
    out.scope = *wish.scope;
    const Role most = std::min(user.role, asker.caller.role);
    if (out.scope > most)
      return fail(Code::kRefused,
                  Sentence{"token.scope",
                           "a token may no more than its account, a {role}",
                           {{"role", std::string(role_text(most))}}},
                  "scope");
  }
  // They tell of peers, disks and alarms, which is an operator's to know.
  if (kind == CredentialKind::kMetrics && asker.caller.role != Role::kOperator)
    return fail(Code::kRefused, "an operator makes a token of the scope metrics", "scope");
  out.created_at = parts_.clock.wall();
  if (wish.days) {
    if (*wish.days < 1 || *wish.days > 3650)
      return fail(Code::kInvalidArgument, "it is a number of days, 1 to 3650", "days");
    out.expires_at = {out.created_at.value + *wish.days * kDayMs};
  }
  KOINON_ASSIGN(const auto all, shared_.accounts.of_user(user.id, kind));
  if (all.size() >= limits::kCredentials)
    return fail(Code::kTooLarge,
                Sentence{"credential.too_many",
                         "an account has at most {most} of them; revoke one first",
                         {{"most", std::int64_t{limits::kCredentials}}}},
                "label");
  out.id = to_hex(random_bytes(6));
  return out;
}

Result<NewCredential> CredentialsApi::make_token(const Asker& asker, const CredentialWish& wish) {
  NewCredential out;
  KOINON_ASSIGN(out.made,
                draft(asker, wish, wish.metrics ? CredentialKind::kMetrics : CredentialKind::kToken));
  KOINON_ASSIGN(const std::string secret, shared_.accounts.issue(out.made));
  out.secret = "koinon_" + secret;
  return out;
}

Result<NewCredential> CredentialsApi::make_feed(const Asker& asker, const CredentialWish& wish) {
  NewCredential out;
  const AccessOptions& served = shared_.access.options();
  if (served.url.empty() && served.host.empty())
    return fail(
        Code::kRefused,
        Sentence{"feed.unreachable",
                 "no feed reader reaches this node: it serves the Unix socket alone; set http.listen, or "
                 "http.url"});
  KOINON_ASSIGN(out.made, draft(asker, wish, CredentialKind::kFeed));
  KOINON_ASSIGN(out.secret, shared_.accounts.issue(out.made));
  out.url = shared_.access.base_url(asker.local, asker.host) + "/feeds/all.atom?key=" + out.secret;
  return out;
}

Result<Nothing> CredentialsApi::revoke(const Asker& asker, const NamedCredential& named) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, asker.caller, named.account));
  KOINON_TRY(shared_.accounts.revoke(user.id, named.id));
  return Nothing{};
}

}  // namespace koinon
