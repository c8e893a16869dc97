// Commands about what this node sends to its readers: webhooks and mail.
#include <chrono>
#include <iostream>
#include <thread>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/progress.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::milliseconds kDeliveryPoll{50};
constexpr std::chrono::minutes kDeliveryWait{2};  // one attempt has a deadline far below it

std::string webhook(const std::string& id) { return "/api/v1/webhooks/" + encode_segment(id); }

}  // namespace

Status run_webhook_add(const Common& common, const std::string& url, const std::string& topic) {
  json::object request{{"url", url}};
  put_given(request, "topic", topic);
  KOINON_ASSIGN(const auto made, ApiClient(common.data).post_json("/api/v1/webhooks", request));
  return show_answer(common, made,
                     "Webhook " + member(made, "id") +
                         "; its messages are signed with this secret, shown once:\n" +
                         member(made, "secret") + "\n");
}

Status run_webhook_list(const Common& common) {
  KOINON_ASSIGN(const auto all, ApiClient(common.data).get_json("/api/v1/webhooks"));
  return show_answer(common, all, render_lines(all, {"id", "topic", "url"}));
}

Status run_webhook_remove(const Common& common, const std::string& id) {
  KOINON_ASSIGN(const auto removed, ApiClient(common.data).remove("/api/v1/webhooks/" + encode_segment(id)));
  return show_answer(common, removed, "Removed webhook " + id + "\n");
}

namespace {

// Of a list of deliveries; null: it is not among the newest any more.
const json::value* delivery_of(const json::value& page, const std::string& message) {
  for (const auto& item : page.at("items").as_array()) {
    if (member(item, "message") == message) return &item;
  }
  return nullptr;
}

// "sent after 1 attempt: it answered 200"
std::string progress_text(const json::value& item) {
  const std::string attempts = member(item, "attempts");
  std::string out = member(item, "state") + ", " + attempts + (attempts == "1" ? " attempt" : " attempts");
  if (const std::string outcome = member(item, "outcome"); !outcome.empty()) out += ": " + outcome;
  if (member(item, "state") == "waiting") out += "; next at " + member(item, "next_at");
  return out;
}

}  // namespace

namespace {

// Once the first attempt was made, or nothing comes of it.
Result<json::value> tried_delivery(const ApiClient& client, const std::string& id,
                                   const std::string& message) {
  const WaitingLine waiting("waiting for the receiver");
  const auto until = std::chrono::steady_clock::now() + kDeliveryWait;
  while (std::chrono::steady_clock::now() < until) {
    KOINON_ASSIGN(const auto page, client.get_json(webhook(id) + "/deliveries"));
    const json::value* item = delivery_of(page, message);
    if (item != nullptr && (member(*item, "attempts") != "0" || member(*item, "state") != "waiting"))
      return *item;
    std::this_thread::sleep_for(kDeliveryPoll);
  }
  return fail(Code::kUnavailable, "nothing has become of it yet: koinon deliveries " + id, message);
}

}  // namespace

Status run_webhook_test(const Common& common, const std::string& id) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto begun, client.post_json(webhook(id) + "/test", json::object()));
  const std::string message = member(begun, "message");
  KOINON_ASSIGN(const auto item, tried_delivery(client, id, message));
  KOINON_TRY(show_answer(common, item, message + ": " + progress_text(item) + "\n"));
  if (member(item, "state") == "sent") return {};
  return fail(Code::kUnavailable, "the receiver did not take it: " + member(item, "outcome"), message);
}

Status run_mail_test(const Common& common, const std::string& address) {
  KOINON_ASSIGN(const auto tried,
                ApiClient(common.data).post_json("/api/v1/mail/test", json::object{{"to", address}}));
  // The server's own words, if it said something.
  const std::string said = member(tried, "said");
  const std::string why = said.empty() ? member(tried, "outcome") : said;
  const std::string server = member(tried, "server");
  const bool accepted = member(tried, "accepted") == "yes";
  KOINON_TRY(show_answer(common, tried,
                         accepted ? server + " took the mail for " + address + ": " + why + "\n" : ""));
  if (accepted) return {};
  return fail(Code::kUnavailable,
              server + " did not take the mail, at the step " + member(tried, "step") + ": " + why);
}

Status run_deliveries(const Common& common, const std::string& which, bool mail) {
  const ApiClient client(common.data);
  if (mail) {
    KOINON_ASSIGN(const auto page, client.get_json("/api/v1/mail"));
    std::string text;
    for (const auto& item : page.at("items").as_array())
      text += member(item, "id") + "  " + member(item, "recipient") + "  " + progress_text(item) + "\n";
    return show_answer(common, page, text.empty() ? "no mail yet\n" : text);
  }
  std::vector<std::string> ids = {which};
  if (which.empty()) {
    KOINON_ASSIGN(const auto all, client.get_json("/api/v1/webhooks"));
    ids.clear();
    for (const auto& item : all.at("items").as_array()) ids.push_back(member(item, "id"));
  }
  json::array items;
  std::string text;
  for (const std::string& id : ids) {
    KOINON_ASSIGN(const auto page, client.get_json(webhook(id) + "/deliveries"));
    for (const auto& item : page.at("items").as_array()) {
      text += "webhook " + id + "  " + member(item, "message") + "  " + progress_text(item) + "\n";
      json::object one = item.as_object();
      one["webhook"] = id;
      items.push_back(std::move(one));
    }
  }
  return show_answer(common, json::object{{"items", std::move(items)}},
                     text.empty() ? "nothing was sent yet\n" : text);
}

}  // namespace koinon
