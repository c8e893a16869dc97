// What is sent to readers: webhooks, and mail.
//
// On the reading thread that its parts belong to; the courier sends.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct NewWebhook {
  std::string url;
  std::string topic;  // or one of its aliases; empty or "all": every one
};

struct WebhookQuery {
  WebhookId id;
};
// kNotFound: no webhook can have that id.
Result<WebhookQuery> read_webhook(const std::string& id);

struct WebhookView {
  WebhookId id;
  std::string url;
  std::string topic;  // empty: every one
  std::string made_by;
  UnixMillis created_at;
};

struct NewWebhookView {
  WebhookView webhook;
  std::string secret;  // as receivers' libraries take it; shown this once
};

// How far something is that is sent.
struct SendProgress {
  unsigned attempts = 0;
  SendState state = SendState::kWaiting;
  std::string outcome;  // of the last attempt
  UnixMillis next_at;   // the next attempt, where it waits
};
// "waiting", "sent", "given-up".
std::string_view send_state_text(SendState state);

struct DeliveryView {
  std::string message;  // webhook-id: the same for every attempt
  SendProgress progress;
};

struct MailView {
  MailId id;
  std::string recipient;
  SendProgress progress;
};

// By its name.
struct MailAccount {
  std::string name;
};

struct DigestWish {
  std::string topic;      // empty: every one; a change may also say "all", or an alias
  std::int64_t days = 1;  // 1 or 7
};

struct MailWishes {
  std::string email;
  bool at_once = false;  // what is addressed to the office
  std::vector<DigestWish> digests;
};

// What is not named stays.
struct MailWishesChange {
  std::string account;  // its name
  std::optional<std::string> email;
  std::optional<bool> at_once;
  std::optional<std::vector<DigestWish>> digests;  // in place of those there are; limits::kDigests at most
};

struct UnsubscribeQuery {
  std::string code;  // of a mail
};

// Whoever is no operator sees to their own mails alone: kRefused.
class SendingApi {
 public:
  explicit SendingApi(ApiShared& shared);

  const Operation<Nothing, std::vector<WebhookView>> list_webhooks;
  // kTooLarge: there are limits::kWebhooks.
  const Operation<NewWebhook, NewWebhookView> add_webhook;
  const Operation<WebhookQuery, Nothing> remove_webhook;
  // The newest hundred, newest first; so of mails.
  const Operation<WebhookQuery, std::vector<DeliveryView>> list_deliveries;
  const Operation<MailAccount, MailWishes> mail_wishes;
  // kRefused: a token may not change the address.
  const Operation<MailWishesChange, MailWishes> set_mail_wishes;
  const Operation<MailAccount, Nothing> send_digests;
  const Operation<Nothing, std::vector<MailView>> list_mail;
  // kTooMany: codes are not guessed.
  const Operation<UnsubscribeQuery, Nothing> unsubscribe;

 private:
  Result<std::vector<WebhookView>> webhooks(const Asker& asker, const Nothing& query);
  Result<NewWebhookView> make_webhook(const Asker& asker, const NewWebhook& wanted);
  Result<Nothing> drop_webhook(const Asker& asker, const WebhookQuery& query);
  Result<std::vector<DeliveryView>> deliveries(const Asker& asker, const WebhookQuery& query);
  Result<MailWishes> wishes(const Asker& asker, const MailAccount& account);
  Result<MailWishes> change_wishes(const Asker& asker, const MailWishesChange& change);
  Result<Nothing> digests_now(const Asker& asker, const MailAccount& account);
  Result<std::vector<MailView>> recent_mail(const Asker& asker, const Nothing& query);
  Result<Nothing> end_mails(const Asker& asker, const UnsubscribeQuery& query);

  Status check_url(const std::string& url) const;
  Result<std::vector<Digest>> digests_of(UserId user, const std::vector<DigestWish>& wishes);
  Status replace_digests(UserId user, std::vector<Digest> wanted);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
