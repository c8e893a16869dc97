#include "node/pages/sending_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/pages/form_values.h"
#include "node/pages/note_view.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kSmallForm = 16 * limits::kKiB;

json::array attempts(const Visit& visit, const json::array& items, const char* subject) {
  json::array out;
  for (const auto& item : items) {
    const json::object& one = item.as_object();
    const std::string state = text_at(one, "state");
    out.push_back(json::object{{"subject", text_at(one, subject)},
                               {"state", visit.say("sending.state_" + state)},
                               {"good", state == "sent"},
                               {"attempts", number_at(one, "attempts")},
                               {"outcome", text_at(one, "outcome")},
                               {"next", state == "waiting" ? date_of(visit, text_at(one, "next_at")) : ""}});
  }
  return out;
}

}  // namespace

void SendingPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/operate/sending", Need::kOperator, "showSending", "Webhooks, and what became of mails",
             [this](Visit visit) { return sending(std::move(visit)); });
  frame_.post(
      routes, "/operate/sending", Need::kOperator, "postSending", "Make or remove a webhook",
      [this](Visit visit) { return change(std::move(visit)); }, kSmallForm);
  frame_.get(routes, "/operate/sending/{id}", Need::kOperator, "showDeliveries",
             "What became of a webhook's last messages",
             [this](Visit visit) { return deliveries(std::move(visit)); });
  frame_.get(routes, "/unsubscribe/{code}", Need::kAnyone, "showUnsubscribe",
             "The page that a mail's link opens",
             [this](Visit visit) { return unsubscribe_form(std::move(visit)); });
  frame_.post(
      routes, "/unsubscribe/{code}", Need::kAnyone, "postUnsubscribe", "Stop such mails (RFC 8058)",
      [this](Visit visit) { return unsubscribe(std::move(visit)); }, kSmallForm);
}

asio::awaitable<HttpResponse> SendingPages::show_sending(Visit visit, json::object news) {
  const OperationResult webhooks = co_await frame_.call(visit, "listWebhooks");
  if (!webhooks.ok()) co_return frame_.sorry(visit, webhooks);
  const OperationResult mail = co_await frame_.call(visit, "listMail");
  PageView view{"sending", visit.say("sending.title"), std::move(news), 200, "", ""};
  for (const char* member : {"problem", "secret", "url", "topic"}) {
    if (!view.model.contains(member)) view.model[member] = "";
  }
  json::array items;
  for (const auto& item : array_at(webhooks.body, "items")) {
    const json::object& one = item.as_object();
    const std::string topic = text_at(one, "topic");
    items.push_back(json::object{{"id", number_at(one, "id")},
                                 {"address", text_at(one, "url")},
                                 {"about", topic.empty() ? visit.say("sending.everything") : topic},
                                 {"made_by", text_at(one, "made_by")},
                                 {"made", date_of(visit, text_at(one, "created_at"))}});
  }
  json::array mails = attempts(visit, array_at(mail.body, "items"), "recipient");
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
  const bool adds = visit.field("do") == "add";
  OperationInput input{{{"id", visit.field("id")}}, {}, {}, adds, {}};
  const std::string url = trimmed(visit.field("url"));
  const std::string topic = trimmed(visit.field("topic"));
  if (adds) input.body = {{"url", url}, {"topic", topic}};
  const OperationResult done =
      co_await frame_.call(visit, adds ? "addWebhook" : "removeWebhook", std::move(input));
  if (!done.ok())
    co_return co_await show_sending(
        visit, {{"problem", visit.fault(done.problem())}, {"url", url}, {"topic", topic}});
  if (!adds) co_return PageFrame::go("/operate/sending");
  co_return co_await show_sending(visit, {{"secret", text_at(done.body, "secret")}});
}

asio::awaitable<HttpResponse> SendingPages::deliveries(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "listDeliveries", {visit.request.args, {}, {}});
  if (!found.ok()) co_return frame_.sorry(visit, found);
  json::array items = attempts(visit, array_at(found.body, "items"), "message");
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
  const OperationResult done = co_await frame_.call(visit, "unsubscribe", {visit.request.args, {}, {}});
  PageView view{"unsubscribe", visit.say("unsubscribe.title"), {}, done.ok() ? 200 : done.status, "", ""};
  view.model = {{"code", visit.request.arg("code")},
                {"done", done.ok()},
                {"problem", done.ok() ? "" : visit.fault(done.problem())}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
