#include "node/api/sending_api.h"

#include <algorithm>

#include <boost/json.hpp>
#include <boost/url/parse.hpp>

#include "crypto/ed25519.h"
#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/delivery/announcer.h"
#include "node/delivery/webhook_message.h"
#include "node/text/mail_address.h"
#include "proto/base/encoding.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kRecent = 100;

std::string_view state_text(SendState state) {
  return state == SendState::kWaiting ? "waiting" : state == SendState::kSent ? "sent" : "given-up";
}

json::object webhook_json(const Webhook& webhook) {
  return {{"id", webhook.id.value},
          {"url", webhook.url},
          {"topic", webhook.topic},
          {"made_by", webhook.made_by},
          {"created_at", time_text(webhook.created_at)}};
}

Result<std::string> read_topic(const json::object& object) {
  const std::string topic = text_member(object, "topic");
  if (topic.empty() || topic == "all") return std::string();
  KOINON_ASSIGN(const BodyFilter filter, parse_filter(Vocabulary::builtin().canonical(topic)));
  if (filter.topics.size() != 1)
    return fail(Code::kInvalidArgument, Sentence{"topic.one", "it is one topic"}, "topic");
  return *filter.topics.begin();
}

}  // namespace

void SendingApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* method, const char* pattern, Need need, const char* id,
                       const char* summary, const char* takes, const char* gives, unsigned status,
                       Result<HttpResponse> (SendingApi::*handler)(const ApiRequest&)) {
    routes.add({{method, pattern, need, id, "sending", summary, {}, takes, gives, status},
                koinon::handler(this, handler)});
  };
  add("GET", "/api/v1/webhooks", Need::kOperator, "listWebhooks", "Webhooks", "", "WebhookList", 200,
      &SendingApi::webhooks);
  add("POST", "/api/v1/webhooks", Need::kOperator, "addWebhook",
      "Have what is new on a topic posted to an address; the secret is shown once", "WebhookRequest",
      "NewWebhook", 201, &SendingApi::add_webhook);
  add("DELETE", "/api/v1/webhooks/{id}", Need::kOperator, "removeWebhook", "Remove a webhook", "", "", 204,
      &SendingApi::remove_webhook);
  add("GET", "/api/v1/webhooks/{id}/deliveries", Need::kOperator, "listDeliveries",
      "What became of its last messages", "", "DeliveryList", 200, &SendingApi::deliveries);
  add("GET", "/api/v1/accounts/{name}/mail", Need::kReader, "getMailWishes", "Which mails an account gets",
      "", "MailWishes", 200, &SendingApi::wishes);
  add("PUT", "/api/v1/accounts/{name}/mail", Need::kReader, "setMailWishes",
      "Which mails an account gets: at once what is addressed to the office, and digests by topic",
      "MailWishes", "MailWishes", 200, &SendingApi::set_wishes);
  add("POST", "/api/v1/accounts/{name}/mail/digests", Need::kReader, "sendDigests",
      "Send an account's digests now", "", "", 202, &SendingApi::digests_now);
  add("GET", "/api/v1/mail", Need::kOperator, "listMail", "What became of the last mails", "", "MailList",
      200, &SendingApi::recent_mail);
  add("POST", "/api/v1/unsubscribe/{code}", Need::kAnyone, "unsubscribe",
      "Stop the mails that a mail's code stands for", "", "", 204, &SendingApi::unsubscribe);
}

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

Result<HttpResponse> SendingApi::webhooks(const ApiRequest&) {
  KOINON_ASSIGN(const auto webhooks, shared_.outbox.webhooks());
  json::array items;
  for (const Webhook& webhook : webhooks) items.push_back(webhook_json(webhook));
  return json_response({{"items", std::move(items)}});
}

Result<HttpResponse> SendingApi::add_webhook(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"url", "topic"}));
  KOINON_ASSIGN(const auto all, shared_.outbox.webhooks());
  if (all.size() >= limits::kWebhooks)
    return fail(Code::kTooLarge,
                Sentence{"webhook.too_many",
                         "a node has at most {most} webhooks",
                         {{"most", std::int64_t{limits::kWebhooks}}}},
                "url");
  Webhook webhook;
  webhook.url = text_member(object, "url");
  KOINON_TRY(check_url(webhook.url));
  KOINON_ASSIGN(webhook.topic, read_topic(object));
  webhook.secret = random_bytes(kSecretBytes);
  webhook.made_by = request.caller.name;
  webhook.created_at = parts_.clock.wall();
  KOINON_ASSIGN(webhook.cursor, parts_.index->position());
  KOINON_ASSIGN(webhook.id, shared_.outbox.add_webhook(webhook));
  parts_.wake_courier();
  json::object body = webhook_json(webhook);
  body["secret"] = webhook_secret_text(webhook.secret);
  return json_response(body, 201);
}

Result<HttpResponse> SendingApi::remove_webhook(const ApiRequest& request) {
  const auto id = parse_decimal(request.arg("id"));
  if (!id.ok() || *id > INT64_MAX)
    return fail(Code::kNotFound, Sentence{"webhook.unknown", "there is no such webhook"}, "id");
  KOINON_TRY(shared_.outbox.remove_webhook({static_cast<std::int64_t>(*id)}));
  return HttpResponse{204, "application/json", "", {}};
}

Result<HttpResponse> SendingApi::deliveries(const ApiRequest& request) {
  const auto id = parse_decimal(request.arg("id"));
  if (!id.ok() || *id > INT64_MAX)
    return fail(Code::kNotFound, Sentence{"webhook.unknown", "there is no such webhook"}, "id");
  KOINON_ASSIGN(const auto deliveries, shared_.outbox.deliveries({static_cast<std::int64_t>(*id)}, kRecent));
  json::array items;
  for (const Delivery& delivery : deliveries) {
    items.push_back(json::object{{"message", delivery.message},
                                 {"attempts", delivery.attempts},
                                 {"state", state_text(delivery.state)},
                                 {"outcome", delivery.outcome},
                                 {"next_at", time_text(delivery.next_at)}});
  }
  return json_response({{"items", std::move(items)}});
}

// --- mail ---

Result<User> SendingApi::own_account(const ApiRequest& request) {
  const std::string name = request.arg("name");
  if (request.caller.role < Role::kOperator && name != request.caller.name)
    return fail(Code::kRefused, Sentence{"account.of_another", "that is another's account"}, "name");
  KOINON_ASSIGN(const auto user, shared_.accounts.find(name));
  if (!user) return fail(Code::kNotFound, Sentence{"account.unknown", "there is no such account"}, "name");
  return *user;
}

Result<HttpResponse> SendingApi::wishes(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, own_account(request));
  KOINON_ASSIGN(const auto digests, shared_.outbox.digests(user.id));
  json::array items;
  for (const Digest& digest : digests)
    items.push_back(
        json::object{{"topic", digest.topic.empty() ? "all" : digest.topic}, {"days", digest.days}});
  return json_response(
      {{"email", user.email}, {"at_once", user.mail_at_once}, {"digests", std::move(items)}});
}

Result<HttpResponse> SendingApi::set_wishes(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, own_account(request));
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"email", "at_once", "digests"}));
  const std::string email = object.contains("email") ? text_member(object, "email") : user.email;
  KOINON_TRY(check_email(email));
  if (email != user.email && request.caller.by == Caller::By::kToken)
    return fail(Code::kRefused, "no token changes a mail address; log in", "email");
  std::vector<Digest> wanted;
  if (const auto* digests = object.if_contains("digests")) {
    if (!digests->is_array() || digests->as_array().size() > limits::kDigests)
      return fail(Code::kInvalidArgument, "it is a list of at most 50", "digests");
    for (const auto& item : digests->as_array()) {
      if (!item.is_object()) return fail(Code::kInvalidArgument, "each has a topic and days", "digests");
      const auto* days = item.as_object().if_contains("days");
      if (days == nullptr || !days->is_int64() || (days->as_int64() != 1 && days->as_int64() != 7))
        return fail(Code::kInvalidArgument, "it is 1 or 7", "digests.days");
      Digest digest;
      digest.user = user.id;
      KOINON_ASSIGN(digest.topic, read_topic(item.as_object()));
      digest.days = static_cast<unsigned>(days->as_int64());
      digest.next_at = digest_time(parts_.clock.wall(), digest.days, parts_.options.digest_hour);
      KOINON_ASSIGN(digest.cursor, parts_.index->position());
      wanted.push_back(std::move(digest));
    }
    KOINON_ASSIGN(const auto old, shared_.outbox.digests(user.id));
    for (const Digest& digest : old) {
      const auto kept = std::find_if(wanted.begin(), wanted.end(),
                                     [&](const Digest& one) { return one.topic == digest.topic; });
      if (kept == wanted.end()) {
        KOINON_TRY(shared_.outbox.remove_digest(user.id, digest.topic));
      } else {
        kept->cursor = digest.cursor;  // nothing is told twice or skipped
      }
    }
    for (const Digest& digest : wanted) KOINON_TRY(shared_.outbox.put_digest(digest));
  }
  KOINON_TRY(shared_.accounts.change(user.id, [&](User& one) -> Status {
    one.email = email;
    one.mail_at_once = flag_member(object, "at_once", one.mail_at_once);
    return {};
  }));
  parts_.wake_courier();
  return wishes(request);
}

Result<HttpResponse> SendingApi::digests_now(const ApiRequest& request) {
  KOINON_ASSIGN(const User user, own_account(request));
  KOINON_ASSIGN(auto digests, shared_.outbox.digests(user.id));
  for (Digest& digest : digests) {
    digest.next_at = parts_.clock.wall();
    KOINON_TRY(shared_.outbox.put_digest(digest));
  }
  parts_.wake_courier();
  return HttpResponse{202, "application/json", "", {}};
}

Result<HttpResponse> SendingApi::recent_mail(const ApiRequest&) {
  KOINON_ASSIGN(const auto mails, shared_.outbox.recent_mail(kRecent));
  json::array items;
  for (const Mail& mail : mails) {
    items.push_back(json::object{{"id", mail.id.value},
                                 {"recipient", mail.recipient},
                                 {"attempts", mail.attempts},
                                 {"state", state_text(mail.state)},
                                 {"outcome", mail.outcome},
                                 {"next_at", time_text(mail.next_at)}});
  }
  return json_response({{"items", std::move(items)}});
}

Result<HttpResponse> SendingApi::unsubscribe(const ApiRequest& request) {
  KOINON_TRY(parts_.commons.guesses.may_try({}, request.remote));
  KOINON_ASSIGN(const auto found, shared_.accounts.check(request.arg("code"), CredentialKind::kUnsubscribe,
                                                         parts_.clock.wall()));
  parts_.commons.guesses.tried({}, request.remote, found.has_value());
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
  return HttpResponse{204, "application/json", "", {}};
}

}  // namespace koinon
