#include "node/api/sending_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/sending_api.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

// --- requests ---

// {"url": ADDRESS, "topic": TOPIC}
Result<NewWebhook> webhook_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"url", "topic"}));
  return NewWebhook{text_member(object, "url"), text_member(object, "topic")};
}

Result<WebhookQuery> webhook_of_address(const ApiRequest& request) { return read_webhook(request.arg("id")); }

Result<MailAccount> account_of_address(const ApiRequest& request) { return MailAccount{request.arg("name")}; }

Result<std::vector<DigestWish>> read_digests(const json::value& digests) {
  if (!digests.is_array()) return fail(Code::kInvalidArgument, "it is a list of at most 50", "digests");
  std::vector<DigestWish> out;
  for (const auto& item : digests.as_array()) {
    if (!item.is_object()) return fail(Code::kInvalidArgument, "each has a topic and days", "digests");
    const json::object& object = item.as_object();
    const auto* days = object.if_contains("days");
    out.push_back({text_member(object, "topic"), days != nullptr && days->is_int64() ? days->as_int64() : 0});
  }
  return out;
}

Result<MailWishesChange> wishes_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"email", "at_once", "digests"}));
  MailWishesChange out;
  out.account = request.arg("name");
  if (object.contains("email")) out.email = text_member(object, "email");
  if (const auto* at_once = object.if_contains("at_once"); at_once != nullptr && at_once->is_bool())
    out.at_once = at_once->as_bool();
  if (const auto* digests = object.if_contains("digests")) {
    KOINON_ASSIGN(out.digests, read_digests(*digests));
  }
  return out;
}

// {"to": ADDRESS}
Result<MailTest> mail_test_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"to"}));
  return MailTest{text_member(object, "to")};
}

Result<UnsubscribeQuery> code_of_address(const ApiRequest& request) {
  return UnsubscribeQuery{request.arg("code")};
}

// --- answers ---

json::object webhook_json(const WebhookView& webhook) {
  json::object out = {{"id", webhook.id.value},
                      {"url", webhook.url},
                      {"topic", webhook.topic},
                      {"made_by", webhook.made_by},
                      {"created_at", time_text(webhook.created_at)}};
  if (webhook.began_anew.value > 0) out["began_anew_at"] = time_text(webhook.began_anew);
  return out;
}

void put_progress(json::object& out, const SendProgress& progress) {
  out["attempts"] = progress.attempts;
  out["state"] = send_state_text(progress.state);
  out["outcome"] = progress.outcome ? progress.outcome->message : "";
  out["next_at"] = time_text(progress.next_at);
}

HttpResponse webhooks_answer(const ApiRequest&, const std::vector<WebhookView>& view) {
  json::array items;
  for (const WebhookView& webhook : view) items.push_back(webhook_json(webhook));
  return json_response({{"items", std::move(items)}});
}

HttpResponse new_webhook_answer(const ApiRequest&, const NewWebhookView& view) {
  json::object body = webhook_json(view.webhook);
  body["secret"] = view.secret;
  return json_response(body, 201);
}

json::object delivery_json(const DeliveryView& delivery) {
  json::object out{{"message", delivery.message}};
  put_progress(out, delivery.progress);
  return out;
}

HttpResponse delivery_answer(const ApiRequest&, const DeliveryView& view) {
  return json_response(delivery_json(view), 202);
}

HttpResponse deliveries_answer(const ApiRequest&, const std::vector<DeliveryView>& view) {
  json::array items;
  for (const DeliveryView& delivery : view) items.push_back(delivery_json(delivery));
  return json_response({{"items", std::move(items)}});
}

HttpResponse wishes_answer(const ApiRequest&, const MailWishes& view) {
  json::array digests;
  for (const DigestWish& digest : view.digests)
    digests.push_back(
        json::object{{"topic", digest.topic.empty() ? "all" : digest.topic}, {"days", digest.days}});
  return json_response({{"email", view.email}, {"at_once", view.at_once}, {"digests", std::move(digests)}});
}

HttpResponse mail_answer(const ApiRequest&, const std::vector<MailView>& view) {
  json::array items;
  for (const MailView& mail : view) {
    json::object item{{"id", mail.id.value}, {"recipient", mail.recipient}};
    put_progress(item, mail.progress);
    items.push_back(std::move(item));
  }
  return json_response({{"items", std::move(items)}});
}

HttpResponse tried_answer(const ApiRequest&, const MailTried& view) {
  json::object body{{"accepted", view.accepted},
                    {"server", view.server},
                    {"step", mail_step_text(view.step)},
                    {"outcome", view.outcome}};
  if (view.status > 0) body["code"] = view.status;
  if (!view.said.empty()) body["said"] = view.said;
  return json_response(body);
}

HttpResponse accepted(const ApiRequest&, const Nothing&) { return {202, "application/json", "", {}}; }

}  // namespace

void add_sending_routes(RouteTable& routes, CallGate& gate, const SendingApi& sending) {
  add_route(routes, gate, sending.list_webhooks, read_nothing, webhooks_answer);
  add_route(routes, gate, sending.add_webhook, webhook_of_body, new_webhook_answer);
  add_route(routes, gate, sending.remove_webhook, webhook_of_address, no_content);
  add_route(routes, gate, sending.test_webhook, webhook_of_address, delivery_answer);
  add_route(routes, gate, sending.list_deliveries, webhook_of_address, deliveries_answer);
  add_route(routes, gate, sending.mail_wishes, account_of_address, wishes_answer);
  add_route(routes, gate, sending.set_mail_wishes, wishes_of_body, wishes_answer);
  add_route(routes, gate, sending.send_digests, account_of_address, accepted);
  add_route(routes, gate, sending.list_mail, read_nothing, mail_answer);
  add_route(routes, gate, sending.test_mail, mail_test_of_body, tried_answer);
  add_route(routes, gate, sending.unsubscribe, code_of_address, no_content);
}

}  // namespace koinon
