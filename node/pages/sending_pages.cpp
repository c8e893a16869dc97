#include "node/pages/sending_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/sending_api.h"
#include "node/pages/form_faults.h"
#include "node/pages/note_view.h"
#include "node/pages/topic_field.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

json::object attempts(const Visit& visit, const std::string& subject, const SendProgress& progress) {
  const bool waits = progress.state == SendState::kWaiting;
  return {{"subject", subject},
          {"state", visit.say("sending.state_" + std::string(send_state_text(progress.state)))},
          {"good", progress.state == SendState::kSent},
          {"attempts", progress.attempts},
          {"outcome", progress.outcome ? visit.fault(*progress.outcome) : ""},
          {"next", waits ? date_of(visit, progress.next_at) : ""}};
}

}  // namespace

void SendingPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/operate/sending", Need::kOperator, "showSending", "Webhooks, and what became of mails",
             [this](Visit visit) { return sending(std::move(visit)); });
  frame_.post(
      routes, "/operate/sending", Need::kOperator, "postSending", "Make or remove a webhook",
      [this](Visit visit) { return change(std::move(visit)); }, kSmallBody);
  frame_.get(routes, "/operate/sending/{id}", Need::kOperator, "showDeliveries",
             "What became of a webhook's last messages",
             [this](Visit visit) { return deliveries(std::move(visit)); });
  frame_.get(
      routes, "/unsubscribe/{code}", Need::kAnyone, "showUnsubscribe", "The page that a mail's link opens",
      [this](Visit visit) { return unsubscribe_form(std::move(visit)); }, {}, AtReader::kNo);
  frame_.post(
      routes, "/unsubscribe/{code}", Need::kAnyone, "postUnsubscribe", "Stop such mails (RFC 8058)",
      [this](Visit visit) { return unsubscribe(std::move(visit)); }, kSmallBody);
}

asio::awaitable<HttpResponse> SendingPages::show_sending(Visit visit, json::object news, unsigned status) {
  const auto webhooks = co_await frame_.call(visit, sending_.list_webhooks, Nothing{});
  if (!webhooks.ok()) co_return frame_.failed(visit, webhooks.error());
  const auto sent = co_await frame_.call(visit, sending_.list_mail, Nothing{});
  PageView view{"sending", visit.say("sending.title"), std::move(news), status, "", ""};
  for (const char* member : {"problem", "secret", "url", "topic"}) {
    if (!view.model.contains(member)) view.model[member] = "";
  }
  json::array items;
  for (const WebhookView& one : *webhooks) {
    items.push_back(json::object{
        {"id", one.id.value},
        {"address", one.url},
        {"about", one.topic.empty() ? visit.say("sending.everything") : topic_label(visit, one.topic)},
        {"made_by", one.made_by},
        {"made", date_of(visit, one.created_at)},
        {"anew", one.began_anew.value > 0
                     ? visit.say("sending.began_anew", {{"date", date_of(visit, one.began_anew)}})
                     : std::string()}});
  }
  json::array mails;
  if (sent.ok()) {
    for (const MailView& mail : *sent) mails.push_back(attempts(visit, mail.recipient, mail.progress));
  }
  view.model["topic_names"] = topic_names(visit);
  view.model["has_webhooks"] = !items.empty();
  view.model["webhooks"] = std::move(items);
  view.model["has_mails"] = !mails.empty();
  view.model["mails"] = std::move(mails);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> SendingPages::sending(Visit visit) {
  co_return co_await show_sending(std::move(visit), {});
}

asio::awaitable<HttpResponse> SendingPages::change(Visit visit) {
  if (visit.field("do") == "add") co_return co_await add(std::move(visit));
  const std::string id = visit.field("id");
  const auto done = co_await frame_.call(visit, sending_.remove_webhook, read_webhook(id), id);
  if (!done.ok())
    co_return co_await show_sending(visit, {{"problem", visit.fault(done.error())}},
                                    status_of(done.error().code));
  co_return PageFrame::go("/operate/sending");
}

// Its topic by name. What is wrong is told all at once.
Result<NewWebhook> SendingPages::webhook_of(const Visit& visit) const {
  NewWebhook out{trimmed(visit.field("url")), {}};
  const std::string topic = trimmed(visit.field("topic"));
  if (topic.empty()) return out;
  auto slug = followed_topic(visit, topic, "topic");
  if (slug.ok()) {
    out.topic = std::move(*slug);
    return out;
  }
  std::vector<Error> faults;
  take_fault(faults, sending_.check(out));
  faults.push_back(slug.error());
  return all_faults(std::move(faults)).error();
}

asio::awaitable<HttpResponse> SendingPages::add(Visit visit) {
  const auto done = co_await frame_.call(visit, sending_.add_webhook, webhook_of(visit));
  if (!done.ok()) {
    json::object news{{"url", visit.field("url")}, {"topic", visit.field("topic")}};
    FormFaults(
        visit, done.error(),
        std::vector<KnownField>{{"url", "url", "sending.address"}, {"topic", "topic", "sending.topic"}})
        .put(news);
    co_return co_await show_sending(visit, std::move(news), status_of(done.error().code));
  }
  co_return co_await show_sending(visit, {{"secret", done->secret}});
}

asio::awaitable<HttpResponse> SendingPages::deliveries(Visit visit) {
  const auto found =
      co_await frame_.call(visit, sending_.list_deliveries, read_webhook(visit.request.arg("id")));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  json::array items;
  for (const DeliveryView& one : *found) items.push_back(attempts(visit, one.message, one.progress));
  PageView view{"deliveries", visit.say("sending.deliveries"), {}, 200, "", ""};
  view.model = {{"has_items", !items.empty()}, {"items", std::move(items)}};
  co_return frame_.show(visit, std::move(view));
}

// A program that opens every link of a mail must not unsubscribe anybody: the page asks.
asio::awaitable<HttpResponse> SendingPages::unsubscribe_form(Visit visit) {
  PageView view{"unsubscribe", visit.say("unsubscribe.title"), {}, 200, "", ""};
  view.model = {{"code", visit.request.arg("code")}, {"done", false}, {"problem", ""}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> SendingPages::unsubscribe(Visit visit) {
  const std::string code = visit.request.arg("code");
  const auto done = co_await frame_.call(visit, sending_.unsubscribe, UnsubscribeQuery{code});
  PageView view{"unsubscribe", visit.say("unsubscribe.title"), {}, 200, "", ""};
  if (!done.ok()) view.status = status_of(done.error().code);
  view.model = {{"code", code},
                {"done", done.ok()},
                {"problem", done.ok() ? std::string() : visit.fault(done.error())}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
