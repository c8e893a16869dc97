// Webhooks and mail.
//
// On the reading thread of its parts; the courier sends.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct NewWebhook {
  std::string url;
  std::string topic;  // a topic or an alias; empty or "all": all topics
};

struct WebhookQuery {
  WebhookId id;
};
// kNotFound: no webhook can have that id.
Result<WebhookQuery> read_webhook(const std::string& id);

struct WebhookView {
  WebhookId id;
  std::string url;
  std::string topic;  // empty: all topics
  std::string made_by;
  UnixMillis created_at;
  UnixMillis began_anew;  // when it skipped news, because the store was put back from a copy; 0: never
};

struct NewWebhookView {
  WebhookView webhook;
  std::string secret;  // as the libraries of receivers expect it; shown only this once
};

// How far a message is.
struct SendProgress {
  unsigned attempts = 0;
  SendState state = SendState::kWaiting;
  std::optional<Error> outcome;  // what became of the last attempt, well or not; nothing: none yet
  UnixMillis next_at;            // the next attempt, if it waits
};
// "waiting", "sent", "given-up".
std::string_view send_state_text(SendState state);

struct DeliveryView {
  std::string message;  // the webhook-id header, the same for every attempt
  SendProgress progress;
};

struct MailView {
  MailId id;
  std::string recipient;
  SendProgress progress;
};

// Whom a test mail is for.
struct MailTest {
  std::string to;  // an address
};

// An account by the account's name.
struct MailAccount {
  std::string name;
};

struct DigestWish {
  std::string topic;      // empty: all topics; a change may also say "all", or an alias
  std::int64_t days = 1;  // 1 or 7
};

struct MailWishes {
  std::string email;
  bool at_once = false;  // notes for the office come by mail at once
  std::vector<DigestWish> digests;
  std::optional<UnixMillis> next_digest;  // the first that is due; for pages
};

// Members that are not set stay as they are.
struct MailWishesChange {
  std::string account;  // its name
  std::optional<std::string> email;
  std::optional<bool> at_once;
  std::optional<std::vector<DigestWish>>
      digests;  // replace all digests of the account; at most limits::kDigests
};

struct UnsubscribeQuery {
  std::string code;  // the code in a mail
};

// kRefused: the caller is not an operator and asks for the mails of another.
class SendingApi {
 public:
  explicit SendingApi(ApiShared& shared);

  const Operation<Nothing, std::vector<WebhookView>> list_webhooks;
  // kTooLarge: there are already limits::kWebhooks.
  const Operation<NewWebhook, NewWebhookView> add_webhook;
  const Operation<WebhookQuery, Nothing> remove_webhook;
  // Sends it a message that tells of nothing (webhook_test_text); list_deliveries has what became of it.
  // kTooLarge: too much waits for it already.
  const Operation<WebhookQuery, DeliveryView> test_webhook;
  // The newest hundred, the newest first. The same for mails.
  const Operation<WebhookQuery, std::vector<DeliveryView>> list_deliveries;
  const Operation<MailAccount, MailWishes> mail_wishes;
  // kRefused: a token may not change the address.
  const Operation<MailWishesChange, MailWishes> set_mail_wishes;
  const Operation<MailAccount, Nothing> send_digests;
  const Operation<Nothing, std::vector<MailView>> list_mail;
  // Sends a mail that tells of nothing now, and answers with what the mail server said; no attempt follows.
  // Errors as in MailTrial::ask.
  const Operation<MailTest, MailTried> test_mail;
  // kTooMany: too many wrong codes, as somebody would send who guesses.
  const Operation<UnsubscribeQuery, Nothing> unsubscribe;

  // All that is wrong with a webhook, before it is made: a form tells it together with its own faults.
  Status check(const NewWebhook& wanted) const;

 private:
  Result<std::vector<WebhookView>> webhooks(const Asker& asker, const Nothing& query);
  Result<NewWebhookView> make_webhook(const Asker& asker, const NewWebhook& wanted);
  Result<Nothing> drop_webhook(const Asker& asker, const WebhookQuery& query);
  Result<DeliveryView> send_test(const Asker& asker, const WebhookQuery& query);
  Result<std::vector<DeliveryView>> deliveries(const Asker& asker, const WebhookQuery& query);
  Result<MailWishes> wishes(const Asker& asker, const MailAccount& account);
  Result<MailWishes> change_wishes(const Asker& asker, const MailWishesChange& change);
  Result<Nothing> digests_now(const Asker& asker, const MailAccount& account);
  Result<std::vector<MailView>> recent_mail(const Asker& asker, const Nothing& query);
  boost::asio::awaitable<Result<MailTried>> try_mail(Asker asker, MailTest wanted);
  Result<Nothing> end_mails(const Asker& asker, const UnsubscribeQuery& query);

  Status check_url(const std::string& url) const;
  Result<std::vector<Digest>> digests_of(UserId user, const std::vector<DigestWish>& wishes);
  Status replace_digests(UserId user, std::vector<Digest> wanted);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
