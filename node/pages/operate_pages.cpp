#include "node/pages/operate_pages.h"

#include <memory>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <qrencode.h>

#include "node/pages/note_view.h"
#include "node/text/time_text.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int kQuietZone = 4;
constexpr std::int64_t kMegabyte = 1'000'000;

bool is_true(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_bool() && found->as_bool();
}

std::string time_of(const Visit& visit, const std::string& text) {
  const auto time = parse_time(text, "time");
  return time.ok() ? visit.words->date_and_time(*time) : std::string();
}

// What an operator should look at, in their language.
json::array alarms_shown(const Visit& visit, const OperationResult& status) {
  json::array out;
  for (const auto& item : array_at(status.body, "alarms")) {
    const json::object& alarm = item.as_object();
    MessageArguments arguments;
    for (const auto& argument : object_at(alarm, "arguments")) {
      const std::string key(argument.key());
      if (!argument.value().is_string()) {
        arguments.emplace_back(key, argument.value().to_number<std::int64_t>());
        continue;
      }
      // Why it is so is a sentence as those of errors are.
      const std::string text(argument.value().as_string());
      arguments.emplace_back(key, key == "why" ? visit.fault(status.told(text)) : text);
    }
    out.push_back(json::object{
        {"text", visit.say("alarm." + text_at(alarm, "id"), arguments)},
        {"since", visit.say("operate.since", {{"time", time_of(visit, text_at(alarm, "since"))}})},
        {"critical", text_at(alarm, "severity") == "critical"}});
  }
  return out;
}

// Whether the node signs. What it waits for is a sentence as those of errors are.
std::string signing_shown(const Visit& visit, const OperationResult& status) {
  constexpr std::string_view kWaits = "waits: ";
  const std::string signing = text_at(status.body, "signing");
  if (signing == "ready") return visit.say("operate.signing_ready");
  return signing.starts_with(kWaits) ? visit.fault(status.told(signing.substr(kWaits.size()))) : signing;
}

// What the operator can do something about is said in their language; the rest as the program says it.
std::string trouble_text(const Visit& visit, const json::object& peer) {
  const std::string trouble = text_at(peer, "trouble");
  return trouble == "not-pinned-there" || trouble == "refused-there" || trouble == "other-key"
             ? visit.say("trouble." + trouble)
             : text_at(peer, "state");
}

json::array knocks_of(const Visit& visit, const json::array& knocks) {
  json::array out;
  for (const auto& item : knocks) {
    const json::object& knock = item.as_object();
    out.push_back(json::object{
        {"node_key", text_at(knock, "node_key")},
        {"spoken", text_at(knock, "spoken")},
        {"how_often",
         visit.say("operate.knock_count", {{"count", number_at(knock, "count")},
                                           {"address", text_at(knock, "address")},
                                           {"time", time_of(visit, text_at(knock, "last_at"))}})}});
  }
  return out;
}

json::array peers_of(const Visit& visit, const json::array& peers) {
  json::array out;
  for (const auto& item : peers) {
    const json::object& peer = item.as_object();
    out.push_back(
        json::object{{"name", text_at(peer, "name")},
                     {"address", text_at(peer, "address")},
                     {"state", visit.say(is_true(peer, "connected") ? "operate.connected" : "operate.away")},
                     {"detail", is_true(peer, "connected") ? "" : trouble_text(visit, peer)},
                     {"tried", visit.say(is_true(peer, "connected") ? "operate.since" : "operate.tried",
                                         {{"time", time_of(visit, text_at(peer, "state_at"))}})},
                     {"send", text_at(peer, "send")},
                     {"connected", is_true(peer, "connected")},
                     {"entries", visit.words->number(static_cast<double>(number_at(peer, "entries")))},
                     {"queued", number_at(peer, "bytes_queued")},
                     {"last_lie", text_at(peer, "last_lie")}});
  }
  return out;
}

Result<json::object> notice_of(const Visit& visit) {
  json::object content{{"text", visit.field("text")}};
  for (const std::string member : {"from", "until"}) {
    const std::string local = visit.field(member);
    if (local.empty()) continue;
    // datetime-local has neither zone nor seconds; the form says that it is UTC.
    KOINON_ASSIGN(const UnixMillis time, parse_time(local + ":00Z", member));
    // In text, as protobuf's JSON has whole numbers of 64 bits.
    content[member + "_ms"] = std::to_string(time.value);
  }
  return json::object{
      {"kind", "node-notice"}, {"language", visit.words->tag()}, {"content", std::move(content)}};
}

}  // namespace

std::string qr_svg(const std::string& text) {
  struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
  };
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L));
  if (code == nullptr) return {};
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1U) != 0)
        path += "M" + std::to_string(x + kQuietZone) + " " + std::to_string(y + kQuietZone) + "h1v1h-1z";
    }
  }
  const std::string size = std::to_string(code->width + 2 * kQuietZone);
  return "<svg class=\"qr\" viewBox=\"0 0 " + size + " " + size +
         "\" role=\"img\" aria-label=\"QR\"><rect width=\"" + size + "\" height=\"" + size +
         "\" fill=\"#fff\"/><path fill=\"#000\" d=\"" + path + "\"/></svg>";
}

void OperatePages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/operate", Need::kOperator, "showOperate", "How the node is",
             [this](Visit visit) { return operate(std::move(visit)); });
  frame_.post(routes, "/operate", Need::kOperator, "postOperate", "Peers, invites, subscriptions, the index",
              [this](Visit visit) { return change(std::move(visit)); });
  frame_.get(routes, "/operate/accounts", Need::kOperator, "showAccounts", "Who has an account",
             [this](Visit visit) { return accounts(std::move(visit)); });
  frame_.post(routes, "/operate/accounts", Need::kOperator, "postAccounts",
              "Make, change or remove an account",
              [this](Visit visit) { return change_accounts(std::move(visit)); });
  frame_.get(routes, "/operate/audit", Need::kOperator, "showAudit", "Who changed what",
             [this](Visit visit) { return audit(std::move(visit)); }, {"cursor"});
}

asio::awaitable<HttpResponse> OperatePages::show_operate(Visit visit, json::object news) {
  const OperationResult status = co_await frame_.call(visit, "getStatus");
  if (!status.ok()) co_return frame_.sorry(visit, status);
  const OperationResult peers = co_await frame_.call(visit, "listPeers");
  const OperationResult subscriptions = co_await frame_.call(visit, "getSubscriptions");
  const OperationResult id = co_await frame_.call(visit, "getId");
  const OperationResult blocks = co_await frame_.call(visit, "listBlocks");
  const OperationResult invites = co_await frame_.call(visit, "listInvites");
  PageView view{"operate", visit.say("operate.title"), std::move(news), 200, "", ""};
  const json::object& body = status.body;
  json::array facts;
  const auto add = [&](const char* key, const std::string& value) {
    facts.push_back(json::object{{"name", visit.say(key)}, {"value", value}});
  };
  const auto count = [&](const char* member) {
    return visit.words->number(static_cast<double>(number_at(body, member)));
  };
  add("operate.name", text_at(body, "name"));
  add("operate.signing", signing_shown(visit, status));
  add("operate.entries", count("entries"));
  add("operate.cities", count("cities"));
  add("operate.records", count("records"));
  add("operate.disk",
      visit.say("operate.megabytes", {{"count", number_at(body, "store_bytes") / kMegabyte}}));
  add("operate.disk_free",
      visit.say("operate.megabytes", {{"count", number_at(body, "disk_free_bytes") / kMegabyte}}));
  add("operate.lag", count("index_lag"));
  add("operate.version", text_at(body, "version"));
  json::array alarms = alarms_shown(visit, status);
  json::array topics;
  std::string wanted;
  for (const auto& item : array_at(subscriptions.body, "topics"))
    wanted += (wanted.empty() ? "" : ", ") + std::string(item.as_string());
  const auto* all = subscriptions.body.if_contains("all");
  for (const char* member : {"invite", "expires", "qr_html", "problem"}) {
    if (!view.model.contains(member)) view.model[member] = "";
  }
  view.model["facts"] = std::move(facts);
  view.model["clock_now"] =
      visit.say("operate.clock_now", {{"time", time_of(visit, text_at(object_at(body, "clock"), "now"))}});
  view.model["has_alarms"] = !alarms.empty();
  view.model["alarms"] = std::move(alarms);
  view.model["peers"] = peers_of(visit, array_at(peers.body, "items"));
  json::array knocks = knocks_of(visit, array_at(peers.body, "knocks"));
  view.model["has_knocks"] = !knocks.empty();
  view.model["knocks"] = std::move(knocks);
  view.model["spoken"] = text_at(id.body, "spoken");
  json::array blocked = array_at(blocks.body, "items");
  view.model["has_blocked"] = !blocked.empty();
  view.model["blocked"] = std::move(blocked);
  json::array open;
  for (const auto& item : array_at(invites.body, "items")) {
    const std::string name = text_at(item.as_object(), "for");
    open.push_back(json::object{
        {"id", text_at(item.as_object(), "id")},
        {"name", name.empty() ? visit.say("operate.invite_anyone") : name},
        {"until", visit.say("operate.invite_until",
                            {{"date", date_of(visit, text_at(item.as_object(), "expires_at"))}})}});
  }
  view.model["has_invites"] = !open.empty();
  view.model["invites"] = std::move(open);
  view.model["reviews"] = frame_.shared().parts.facts.log().has_value();
  view.model["wants_all"] = all != nullptr && all->is_bool() && all->as_bool();
  view.model["wanted"] = wanted;
  view.model["address"] = text_at(id.body, "address");
  view.model["peer_line"] = text_at(id.body, "peer_line");
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OperatePages::operate(Visit visit) {
  co_return co_await show_operate(visit, {});
}

asio::awaitable<HttpResponse> OperatePages::change(Visit visit) {
  const std::string wish = visit.field("do");
  OperationInput input{{}, {}, {}, true, {}};
  std::string operation;
  if (wish == "invite") {
    operation = "invite";
    if (const std::string city = visit.field("for"); !city.empty()) input.body["for"] = city;
    if (const std::string address = visit.field("address"); !address.empty()) input.body["address"] = address;
  } else if (wish == "join" || wish == "peer") {
    operation = wish == "join" ? "join" : "addPeer";
    input.body = {{"line", visit.field("line")}, {"vouch", visit.field("vouch") == "yes"}};
  } else if (wish == "remove-peer") {
    operation = "removePeer";
    input.args["peer"] = visit.field("peer");
    input.has_body = false;
  } else if (wish == "revoke-invite") {
    operation = "revokeInvite";
    input.args["id"] = visit.field("id");
    input.has_body = false;
  } else if (wish == "subscribe") {
    operation = "setSubscriptions";
    json::array topics;
    std::string topic;
    for (const char c : visit.field("topics") + ",") {
      if (c != ',' && c != ' ') {
        topic += c;
      } else if (!topic.empty()) {
        topics.emplace_back(std::exchange(topic, {}));
      }
    }
    input.body["topics"] = topics.empty() ? json::value("all") : json::value(std::move(topics));
  } else if (wish == "unblock") {
    operation = "unblock";
    input.args["city"] = visit.field("city");
    input.has_body = false;
  } else if (wish == "notice") {
    operation = "publish";
    auto notice = notice_of(visit);
    if (!notice.ok()) co_return co_await show_operate(visit, {{"problem", visit.fault(notice.error())}});
    input.body = std::move(*notice);
  } else if (wish == "clock") {
    operation = "setClock";
    input.body["right"] = true;
  } else if (wish == "reindex") {
    operation = "reindex";
    input.has_body = false;
  } else {
    co_return frame_.sorry(visit, fail(Code::kInvalidArgument, visit.say("error.stale_form"), "do"));
  }
  const OperationResult done = co_await frame_.call(visit, operation, std::move(input));
  if (!done.ok()) co_return co_await show_operate(visit, {{"problem", visit.fault(done.problem())}});
  if (operation != "invite") co_return PageFrame::go("/operate");
  const std::string line = text_at(done.body, "line");
  co_return co_await show_operate(visit, {{"invite", line},
                                          {"expires", date_of(visit, text_at(done.body, "expires_at"))},
                                          {"qr_html", qr_svg(line)}});
}

asio::awaitable<HttpResponse> OperatePages::show_accounts(Visit visit, json::object news) {
  const OperationResult all = co_await frame_.call(visit, "listAccounts");
  if (!all.ok()) co_return frame_.sorry(visit, all);
  PageView view{"accounts", visit.say("accounts.title"), std::move(news), 200, "", ""};
  for (const char* member : {"link", "problem"}) {
    if (!view.model.contains(member)) view.model[member] = "";
  }
  json::array items;
  for (const auto& item : array_at(all.body, "items")) {
    const json::object& user = item.as_object();
    json::array roles;
    for (const std::string role : {"reader", "publisher", "reviewer", "operator"})
      roles.push_back(json::object{
          {"key", role}, {"text", visit.say("role." + role)}, {"chosen", role == text_at(user, "role")}});
    items.push_back(json::object{{"name", text_at(user, "name")},
                                 {"roles", std::move(roles)},
                                 {"office", text_at(user, "office")},
                                 {"person", text_at(user, "person")},
                                 {"email", text_at(user, "email")},
                                 {"has_password", user.at("has_password").as_bool()}});
  }
  view.model["items"] = std::move(items);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OperatePages::accounts(Visit visit) {
  co_return co_await show_accounts(visit, {});
}

asio::awaitable<HttpResponse> OperatePages::change_accounts(Visit visit) {
  const std::string wish = visit.field("do");
  const std::string name = visit.field("name");
  OperationInput input{{{"name", name}}, {}, {}, true, {}};
  std::string operation = "addAccount";
  if (wish == "add" || wish == "change") {
    for (const char* member : {"role", "office", "person", "email"}) input.body[member] = visit.field(member);
    if (wish == "add") input.body["name"] = name;
    operation = wish == "add" ? "addAccount" : "changeAccount";
  } else {
    operation = wish == "link" ? "makeLink" : "removeAccount";
    input.has_body = false;
  }
  const OperationResult done = co_await frame_.call(visit, operation, std::move(input));
  if (!done.ok()) co_return co_await show_accounts(visit, {{"problem", visit.fault(done.problem())}});
  const std::string link = text_at(done.body, "link");
  if (link.empty()) co_return PageFrame::go("/operate/accounts");
  co_return co_await show_accounts(visit, {{"link", link}});
}

asio::awaitable<HttpResponse> OperatePages::audit(Visit visit) {
  const OperationResult found =
      co_await frame_.call(visit, "listAudit", {{}, {{"cursor", visit.request.param("cursor")}}, {}});
  if (!found.ok()) co_return frame_.sorry(visit, found);
  json::array items = array_at(found.body, "items");
  for (auto& item : items) {
    const auto time = parse_time(text_at(item.as_object(), "at"), "at");
    item.as_object()["time"] = time.ok() ? visit.words->date_and_time(*time) : "";
  }
  PageView view{"audit", visit.say("audit.title"), {{"items", std::move(items)}, {"next", ""}}, 200, "", ""};
  if (const std::string next = text_at(found.body, "next"); !next.empty())
    view.model["next"] = "/operate/audit?cursor=" + query_escaped(next);
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
