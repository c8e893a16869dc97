#include "node/api/sending_api.h"

#include <algorithm>

#include <boost/url/parse.hpp>

#include "crypto/ed25519.h"
#include "node/api/account_rules.h"
#include "node/delivery/announcer.h"
#include "node/delivery/webhook_message.h"
#include "node/reading/kept_fault.h"
#include "node/replication/from_callback.h"
#include "node/text/mail_address.h"
#include "proto/base/encoding.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kRecent = 100;
constexpr std::size_t kMessageIdBytes = 16;

WebhookView view_of(const Webhook& webhook) {
  return {webhook.id, webhook.url, webhook.topic, webhook.made_by, webhook.created_at, webhook.began_anew};
}

// Of a delivery or a mail.
template <typename Sent>
SendProgress progress_of(const Sent& sent) {
  SendProgress out{sent.attempts, sent.state, std::nullopt, sent.next_at};
  if (!sent.outcome.empty()) out.outcome = kept_fault(sent.outcome, sent.fault);
  return out;
}

Result<std::string> read_topic(const std::string& topic) {
  if (topic.empty() || topic == "all") return std::string();
  KOINON_ASSIGN(const BodyFilter filter, parse_filter(Vocabulary::builtin().canonical(topic)));
  if (filter.topics.size() != 1)
    return fail(Code::kInvalidArgument, Sentence{"topic.one", "it is one topic"}, "topic");
  return *filter.topics.begin();
}

std::string made_webhook(const NewWebhookView& view) { return std::to_string(view.webhook.id.value); }
std::string target_of_webhook(const WebhookQuery& query) { return std::to_string(query.id.value); }
std::string target_of_account(const MailAccount& account) { return account.name; }
std::string target_of_change(const MailWishesChange& change) { return change.account; }
std::string target_of_test(const MailTest& wanted) { return wanted.to; }
std::string target_of_code(const UnsubscribeQuery& query) { return query.code; }

OperationFacts add_webhook_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/webhooks",
          .need = Need::kOperator,
          .id = "addWebhook",
          .tag = "sending",
          .summary = "Have what is new on a topic posted to an address; the secret is shown once",
          .takes = "WebhookRequest",
          .gives = "NewWebhook",
          .status = 201};
}

OperationFacts test_webhook_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/webhooks/{id}/test",
          .need = Need::kOperator,
          .id = "testWebhook",
          .tag = "sending",
          .summary = "Post a message that tells of nothing to a webhook",
          .gives = "Delivery",
          .status = 202};
}

OperationFacts test_mail_facts() {
  return {.method = "POST",
          .pattern = "/api/v1/mail/test",
          .need = Need::kOperator,
          .id = "testMail",
          .tag = "sending",
          .summary = "Send a mail that tells of nothing, and say what the mail server said",
          .takes = "MailTestRequest",
          .gives = "MailTest",
          .body_limit = kSmallBody};
}

OperationFacts set_mail_wishes_facts() {
  return {
      .method = "PUT",
      .pattern = "/api/v1/accounts/{name}/mail",
      .need = Need::kReader,
      .id = "setMailWishes",
      .tag = "sending",
      .summary = "Which mails an account gets: at once what is addressed to the office, and digests by topic",
      .takes = "MailWishes",
      .gives = "MailWishes"};
}

}  // namespace

std::string_view send_state_text(SendState state) {
  return state == SendState::kWaiting ? "waiting" : state == SendState::kSent ? "sent" : "given-up";
}

Result<WebhookQuery> read_webhook(const std::string& id) {
  const auto number = parse_decimal(id);
  if (!number.ok() || *number > INT64_MAX)
    return fail(Code::kNotFound, Sentence{"webhook.unknown", "there is no such webhook"}, "id");
  return WebhookQuery{{static_cast<std::int64_t>(*number)}};
}

SendingApi::SendingApi(ApiShared& shared)
    : list_webhooks({.method = "GET",
                     .pattern = "/api/v1/webhooks",
                     .need = Need::kOperator,
                     .id = "listWebhooks",
                     .tag = "sending",
                     .summary = "Webhooks",
                     .gives = "WebhookList"},
                    this, &SendingApi::webhooks),
      add_webhook(add_webhook_facts(), this, &SendingApi::make_webhook, {.made = made_webhook}),
      remove_webhook({.method = "DELETE",
                      .pattern = "/api/v1/webhooks/{id}",
                      .need = Need::kOperator,
                      .id = "removeWebhook",
                      .tag = "sending",
                      .summary = "Remove a webhook",
                      .status = 204},
                     this, &SendingApi::drop_webhook, {.target = target_of_webhook}),
      test_webhook(test_webhook_facts(), this, &SendingApi::send_test, {.target = target_of_webhook}),
      list_deliveries({.method = "GET",
                       .pattern = "/api/v1/webhooks/{id}/deliveries",
                       .need = Need::kOperator,
                       .id = "listDeliveries",
                       .tag = "sending",
                       .summary = "What became of its last messages",
                       .gives = "DeliveryList"},
                      this, &SendingApi::deliveries),
      mail_wishes({.method = "GET",
                   .pattern = "/api/v1/accounts/{name}/mail",
                   .need = Need::kReader,
                   .id = "getMailWishes",
                   .tag = "sending",
                   .summary = "Which mails an account gets",
                   .gives = "MailWishes"},
                  this, &SendingApi::wishes),
      set_mail_wishes(set_mail_wishes_facts(), this, &SendingApi::change_wishes,
                      {.target = target_of_change}),
      send_digests({.method = "POST",
                    .pattern = "/api/v1/accounts/{name}/mail/digests",
                    .need = Need::kReader,
                    .id = "sendDigests",
                    .tag = "sending",
                    .summary = "Send an account's digests now",
                    .status = 202},
                   this, &SendingApi::digests_now, {.target = target_of_account}),
      list_mail({.method = "GET",
                 .pattern = "/api/v1/mail",
                 .need = Need::kOperator,
                 .id = "listMail",
                 .tag = "sending",
                 .summary = "What became of the last mails",
                 .gives = "MailList"},
                this, &SendingApi::recent_mail),
      test_mail(test_mail_facts(), this, &SendingApi::try_mail, {.target = target_of_test}),
      unsubscribe({.method = "POST",
                   .pattern = "/api/v1/unsubscribe/{code}",
                   .need = Need::kAnyone,
                   .id = "unsubscribe",
                   .tag = "sending",
                   .summary = "Stop the mails that a mail's code stands for",
                   .status = 204},
                  this, &SendingApi::end_mails, {.target = target_of_code}),
      shared_(shared),
      parts_(shared.parts) {}

Status SendingApi::check_url(const std::string& url) const {
  const auto parsed = boost::urls::parse_uri(url);
  const bool http = parsed.has_value() && parsed->scheme() == "http";
  if (url.size() > limits::kWebhookUrlBytes || parsed.has_error() || parsed->has_userinfo() ||
      parsed->has_fragment() || parsed->encoded_host().empty() || (!http && parsed->scheme() != "https"))
    return fail(Code::kInvalidArgument, Sentence{"webhook.address", "it is an https address"}, "url");
  if (http && !parts_.options.private_webhooks)
    return fail(Code::kInvalidArgument,
                Sentence{"webhook.not_https",
                         "it is an https address; http would show what is sent to everybody on the way"},
                "url");
  return {};
}

Status SendingApi::check(const NewWebhook& wanted) const {
  std::vector<Error> faults;
  take_fault(faults, check_url(wanted.url));
  if (const auto topic = read_topic(wanted.topic); !topic.ok())
    faults.push_back(again_as(topic.error().code, topic.error(), "topic"));
  return all_faults(std::move(faults));
}

Result<std::vector<WebhookView>> SendingApi::webhooks(const Asker&, const Nothing&) {
  KOINON_ASSIGN(const auto webhooks, shared_.outbox.webhooks());
  std::vector<WebhookView> out;
  for (const Webhook& webhook : webhooks) out.push_back(view_of(webhook));
  return out;
}

Result<NewWebhookView> SendingApi::make_webhook(const Asker& asker, const NewWebhook& wanted) {
  KOINON_ASSIGN(const auto all, shared_.outbox.webhooks());
  if (all.size() >= limits::kWebhooks)
    return fail(Code::kTooLarge,
                Sentence{"webhook.too_many",
                         "a node has at most {most} webhooks",
                         {{"most", std::int64_t{limits::kWebhooks}}}},
                "url");
  Webhook webhook;
  webhook.url = wanted.url;
  KOINON_TRY(check(wanted));
  KOINON_ASSIGN(webhook.topic, read_topic(wanted.topic));
  webhook.secret = random_bytes(kSecretBytes);
  webhook.made_by = asker.caller.name;
  webhook.created_at = parts_.clock.wall();
  KOINON_ASSIGN(webhook.cursor, parts_.index->position());
  KOINON_ASSIGN(webhook.id, shared_.outbox.add_webhook(webhook));
  parts_.wake_courier();
  return NewWebhookView{view_of(webhook), webhook_secret_text(webhook.secret)};
}

Result<Nothing> SendingApi::drop_webhook(const Asker&, const WebhookQuery& query) {
  KOINON_TRY(shared_.outbox.remove_webhook(query.id));
  return Nothing{};
}

Result<DeliveryView> SendingApi::send_test(const Asker&, const WebhookQuery& query) {
  KOINON_ASSIGN(const auto all, shared_.outbox.webhooks());
  const auto is_it = [&](const Webhook& one) { return one.id == query.id; };
  if (std::none_of(all.begin(), all.end(), is_it))
    return fail(Code::kNotFound, Sentence{"webhook.unknown", "there is no such webhook"}, "id");
  KOINON_ASSIGN(const std::size_t waiting, shared_.outbox.waiting(query.id, limits::kDeliveriesWaiting));
  if (waiting >= limits::kDeliveriesWaiting)
    return fail(Code::kTooLarge, "too much waits for this webhook already", "id");
  Delivery delivery;
  delivery.webhook = query.id;
  delivery.message = "msg_" + to_base32(random_bytes(kMessageIdBytes));
  delivery.at = delivery.next_at = parts_.clock.wall();
  delivery.payload = webhook_test_text(delivery.at);
  KOINON_TRY(shared_.outbox.queue_delivery(delivery));
  parts_.wake_courier();
  return DeliveryView{delivery.message, progress_of(delivery)};
}

Result<std::vector<DeliveryView>> SendingApi::deliveries(const Asker&, const WebhookQuery& query) {
  KOINON_ASSIGN(const auto deliveries, shared_.outbox.deliveries(query.id, kRecent));
  std::vector<DeliveryView> out;
  for (const Delivery& delivery : deliveries) out.push_back({delivery.message, progress_of(delivery)});
  return out;
}

// --- mail ---

Result<MailWishes> SendingApi::wishes(const Asker& asker, const MailAccount& account) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, asker.caller, account.name));
  KOINON_ASSIGN(const auto digests, shared_.outbox.digests(user.id));
  MailWishes out{user.email, user.mail_at_once, {}, {}};
  for (const Digest& digest : digests) {
    out.digests.push_back({digest.topic, digest.days});
    out.next_digest = std::min(out.next_digest.value_or(digest.next_at), digest.next_at);
  }
  return out;
}

Result<std::vector<Digest>> SendingApi::digests_of(UserId user, const std::vector<DigestWish>& wishes) {
  if (wishes.size() > limits::kDigests)
    return fail(Code::kInvalidArgument,
                Sentence{"digest.too_many",
                         "an account has at most {most} digests",
                         {{"most", std::int64_t{limits::kDigests}}}},
                "digests");
  const TimeZone zone = TimeZone::find(parts_.options.time_zone).value_or(TimeZone());
  std::vector<Digest> out;
  for (const DigestWish& wish : wishes) {
    if (wish.days != 1 && wish.days != 7) return fail(Code::kInvalidArgument, "it is 1 or 7", "digests.days");
    Digest digest;
    digest.user = user;
    KOINON_ASSIGN(digest.topic, read_topic(wish.topic));
    digest.days = static_cast<unsigned>(wish.days);
    digest.next_at = digest_time(parts_.clock.wall(), digest.days, parts_.options.digest_hour, zone);
    KOINON_ASSIGN(digest.cursor, parts_.index->position());
    out.push_back(std::move(digest));
  }
  return out;
}

Status SendingApi::replace_digests(UserId user, std::vector<Digest> wanted) {
  KOINON_ASSIGN(const auto old, shared_.outbox.digests(user));
  for (const Digest& digest : old) {
    const auto kept = std::find_if(wanted.begin(), wanted.end(),
                                   [&](const Digest& one) { return one.topic == digest.topic; });
    if (kept == wanted.end()) {
      KOINON_TRY(shared_.outbox.remove_digest(user, digest.topic));
    } else {
      kept->cursor = digest.cursor;  // nothing is told twice or skipped
    }
  }
  for (const Digest& digest : wanted) KOINON_TRY(shared_.outbox.put_digest(digest));
  return {};
}

Result<MailWishes> SendingApi::change_wishes(const Asker& asker, const MailWishesChange& change) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, asker.caller, change.account));
  const std::string email = change.email.value_or(user.email);
  KOINON_TRY(check_email(email));
  if (email != user.email && asker.caller.by == Caller::By::kToken)
    return fail(Code::kRefused, "no token changes a mail address; log in", "email");
  if (change.digests) {
    KOINON_ASSIGN(auto wanted, digests_of(user.id, *change.digests));
    KOINON_TRY(replace_digests(user.id, std::move(wanted)));
  }
  KOINON_TRY(shared_.accounts.change(user.id, [&](User& one) -> Status {
    one.email = email;
    one.mail_at_once = change.at_once.value_or(one.mail_at_once);
    return {};
  }));
  parts_.wake_courier();
  return wishes(asker, {change.account});
}

Result<Nothing> SendingApi::digests_now(const Asker& asker, const MailAccount& account) {
  KOINON_ASSIGN(const User user, own_account(shared_.accounts, asker.caller, account.name));
  KOINON_ASSIGN(auto digests, shared_.outbox.digests(user.id));
  for (Digest& digest : digests) {
    digest.next_at = parts_.clock.wall();
    KOINON_TRY(shared_.outbox.put_digest(digest));
  }
  parts_.wake_courier();
  return Nothing{};
}

Result<std::vector<MailView>> SendingApi::recent_mail(const Asker&, const Nothing&) {
  KOINON_ASSIGN(const auto mails, shared_.outbox.recent_mail(kRecent));
  std::vector<MailView> out;
  for (const Mail& mail : mails) out.push_back({mail.id, mail.recipient, progress_of(mail)});
  return out;
}

asio::awaitable<Result<MailTried>> SendingApi::try_mail(Asker, MailTest wanted) {
  const Status is_address = check_mail_address(wanted.to, "to");
  if (!is_address.ok()) co_return is_address.error();
  Beginning<Result<MailTried>> begin = [this, to = wanted.to](MailTrial::Done done) {
    parts_.try_mail(to, std::move(done));
  };
  co_return co_await from_callback<Result<MailTried>>(std::move(begin));
}

Result<Nothing> SendingApi::end_mails(const Asker& asker, const UnsubscribeQuery& query) {
  KOINON_TRY(parts_.commons.guesses.may_try({}, asker.remote));
  KOINON_ASSIGN(const auto found,
                shared_.accounts.check(query.code, CredentialKind::kUnsubscribe, parts_.clock.wall()));
  parts_.commons.guesses.tried({}, asker.remote, found.has_value());
  if (!found)
    return fail(
        Code::kNotFound,
        Sentence{"link.unknown", "this link is not known here, or is too old; change it in your account"},
        "code");
  constexpr std::string_view kDigest = "digest ";
  if (found->label.starts_with(kDigest)) {
    KOINON_TRY(shared_.outbox.remove_digest(found->user, found->label.substr(kDigest.size())));
  } else {
    const auto changed = shared_.accounts.change(found->user, [](User& one) -> Status {
      one.mail_at_once = false;
      return {};
    });
    if (!changed.ok() && changed.error().code != Code::kNotFound) return changed.error();
  }
  return Nothing{};
}

}  // namespace koinon
