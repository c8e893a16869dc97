#include "node/pages/operate_pages.h"

#include <memory>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <qrencode.h>

#include "node/api/about_api.h"
#include "node/api/accounts_api.h"
#include "node/api/cities_api.h"
#include "node/api/desk_api.h"
#include "node/api/invites_api.h"
#include "node/api/peers_api.h"
#include "node/api/status_api.h"
#include "node/api/subscriptions_api.h"
#include "node/api/trust_api.h"
#include "node/api/upkeep_api.h"
#include "node/pages/note_view.h"
#include "node/pages/topic_field.h"
#include "node/text/time_text.h"
#include "node/text/topic_names.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr int kQuietZone = 4;
constexpr std::int64_t kMegabyte = 1'000'000;

std::string time_of(const Visit& visit, UnixMillis time) {
  return visit.words->date_and_time(time, visit.zone);
}

// Why it is so is a sentence as those of errors are.
std::string why_of(const Visit& visit, const Alarm& alarm, const std::string& text) {
  return visit.fault(alarm.why ? *alarm.why : fail(Code::kInternal, text));
}

// What an operator should look at, in their language.
json::array alarms_shown(const Visit& visit, const std::vector<Alarm>& alarms) {
  json::array out;
  for (const Alarm& alarm : alarms) {
    MessageArguments arguments = alarm.arguments;
    for (auto& [name, value] : arguments) {
      if (const auto* text = std::get_if<std::string>(&value); text != nullptr && name == "why")
        value = why_of(visit, alarm, *text);
    }
    out.push_back(json::object{{"text", visit.say("alarm." + alarm.id, arguments)},
                               {"since", visit.say("operate.since", {{"time", time_of(visit, alarm.since)}})},
                               {"critical", alarm.severity == Severity::kCritical}});
  }
  return out;
}

// Whether the node signs. What it waits for is a sentence as those of errors are.
std::string signing_shown(const Visit& visit, const SigningView& signing) {
  if (signing.state == Signing::kReady) return visit.say("operate.signing_ready");
  return signing.state == Signing::kWaits && signing.why ? visit.fault(*signing.why) : signing_text(signing);
}

// What the operator can do something about is said in their language; the rest as the program says it.
std::string trouble_text(const Visit& visit, const PeerStatus& peer) {
  switch (peer.trouble) {
    case PeerTrouble::kNotPinnedThere:
    case PeerTrouble::kRefusedThere:
    case PeerTrouble::kOtherKey:
      return visit.say("trouble." + std::string(trouble_name(peer.trouble)));
    case PeerTrouble::kNone:
    case PeerTrouble::kUnreachable:
    case PeerTrouble::kEnded:
      break;
  }
  return peer.state;
}

json::array knocks_of(const Visit& visit, const std::vector<Knock>& knocks) {
  json::array out;
  for (const Knock& knock : knocks) {
    out.push_back(json::object{
        {"node_key", to_text(knock.key)},
        {"spoken", spoken(knock.key)},
        {"how_often", visit.say("operate.knock_count", {{"count", static_cast<std::int64_t>(knock.count)},
                                                        {"address", knock.address},
                                                        {"time", time_of(visit, knock.last)}})}});
  }
  return out;
}

json::array peers_of(const Visit& visit, const std::vector<PeerView>& peers) {
  json::array out;
  for (const PeerView& view : peers) {
    const PeerStatus& peer = view.peer;
    out.push_back(json::object{{"name", peer.name},
                               {"city", peer.name},
                               {"address", peer.address},
                               {"state", visit.say(peer.connected ? "operate.connected" : "operate.away")},
                               {"detail", peer.connected ? "" : trouble_text(visit, peer)},
                               {"tried", visit.say(peer.connected ? "operate.since" : "operate.tried",
                                                   {{"time", time_of(visit, peer.state_at)}})},
                               {"send", view.send},
                               {"connected", peer.connected},
                               {"entries", visit.words->number(static_cast<double>(view.entries))},
                               {"queued", peer.queued},
                               {"last_lie", peer.conduct.last_lie}});
  }
  return out;
}

json::array blocked_of(const std::vector<BlockedCity>& blocks) {
  json::array out;
  for (const BlockedCity& one : blocks)
    out.push_back(json::object{{"city", one.city}, {"log_id", to_text(one.log)}});
  return out;
}

json::array invites_of(const Visit& visit, const std::vector<InviteView>& invites) {
  json::array out;
  for (const InviteView& one : invites) {
    out.push_back(json::object{
        {"id", one.id},
        {"name", one.city.empty() ? visit.say("operate.invite_anyone") : one.city},
        {"until", visit.say("operate.invite_until", {{"date", date_of(visit, one.expires_at)}})}});
  }
  return out;
}

json::array facts_of(const Visit& visit, const StatusView& status) {
  json::array out;
  const auto add = [&](const char* key, const std::string& value) {
    out.push_back(json::object{{"name", visit.say(key)}, {"value", value}});
  };
  const auto number = [&](std::uint64_t count) { return visit.words->number(static_cast<double>(count)); };
  const auto megabytes = [&](std::uint64_t bytes) {
    return visit.say("operate.megabytes", {{"count", static_cast<std::int64_t>(bytes) / kMegabyte}});
  };
  add("operate.name", status.node.name);
  add("operate.signing", signing_shown(visit, status.signing));
  add("operate.entries", number(status.node.entries));
  add("operate.cities", number(status.stock.cities));
  add("operate.records", number(status.stock.records));
  add("operate.disk", megabytes(status.stock.store_bytes));
  add("operate.disk_free", megabytes(status.stock.disk_free_bytes));
  add("operate.lag", number(status.stock.index_lag));
  add("operate.version", status.node.version);
  return out;
}

std::string topics_text(const Visit& visit, const BodyFilter& wanted) {
  std::string out;
  for (const std::string& topic : wanted.topics) out += (out.empty() ? "" : ", ") + topic_label(visit, topic);
  return out;
}

// Topics by name with commas between; none: all.
Result<BodyFilter> filter_of(const Visit& visit) {
  std::string text;
  for (const std::string& name : names_of_list(visit.field("topics"))) {
    KOINON_ASSIGN(const std::string slug, followed_topic(visit, name, "topics"));
    text += (text.empty() ? "" : ",") + slug;
  }
  return parse_filter(text.empty() ? "all" : text);
}

json::array roles_of(const Visit& visit, Role chosen) {
  json::array out;
  for (const Role role : {Role::kReader, Role::kPublisher, Role::kReviewer, Role::kOperator}) {
    const std::string key(role_text(role));
    out.push_back(json::object{{"key", key}, {"text", visit.say("role." + key)}, {"chosen", role == chosen}});
  }
  return out;
}

Result<AccountChange> account_change_of(const Visit& visit) {
  AccountChange out{std::nullopt, visit.field("office"), visit.field("person"), visit.field("email")};
  KOINON_ASSIGN(out.role, parse_role(visit.field("role")));
  return out;
}

Result<NewAccount> new_account_of(const Visit& visit) {
  KOINON_ASSIGN(AccountChange account, account_change_of(visit));
  return NewAccount{visit.field("name"), std::move(account)};
}

Result<ChangedAccount> changed_account_of(const Visit& visit) {
  KOINON_ASSIGN(AccountChange change, account_change_of(visit));
  return ChangedAccount{visit.field("name"), std::move(change)};
}

Result<SigningQuery> notice_of(const Visit& visit) {
  json::object content{{"text", visit.field("text")}};
  for (const std::string member : {"from", "until"}) {
    const std::string local = visit.field(member);
    if (local.empty()) continue;
    const auto time = TimeZone::find(visit.field("zone")).value_or(visit.zone).read_local(local);
    if (!time)
      return fail(Code::kInvalidArgument,
                  Sentence{"time.form", "it is a time such as 2026-12-01T09:00:00+01:00"}, member);
    // In text, as protobuf's JSON has whole numbers of 64 bits.
    content[member + "_ms"] = std::to_string(time->value);
  }
  return read_note_query(
      {{"kind", "node-notice"}, {"language", visit.words->tag()}, {"content", std::move(content)}});
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
  const auto status = co_await frame_.call(visit, status_.get, Nothing{});
  if (!status.ok()) co_return frame_.failed(visit, status.error());
  const auto peers = co_await frame_.call(visit, peers_.list, Nothing{});
  const auto subscriptions = co_await frame_.call(visit, subscriptions_.get, Nothing{});
  const auto id = co_await frame_.call(visit, about_.id, Nothing{});
  const auto blocks = co_await frame_.call(visit, cities_.blocks, Nothing{});
  const auto invites = co_await frame_.call(visit, invites_.list, Nothing{});
  PageView view{"operate", visit.say("operate.title"), std::move(news), 200, "", ""};
  for (const char* member : {"invite", "expires", "qr_html", "problem"}) {
    if (!view.model.contains(member)) view.model[member] = "";
  }
  view.model["facts"] = facts_of(visit, *status);
  view.model["zone"] = visit.zone.name();
  view.model["zone_name"] = visit.words->zone_name(visit.zone);
  view.model["clock_now"] = visit.say("operate.clock_now", {{"time", time_of(visit, status->now)}});
  json::array alarms = alarms_shown(visit, status->alarms);
  view.model["has_alarms"] = !alarms.empty();
  view.model["alarms"] = std::move(alarms);
  view.model["peers"] = peers.ok() ? peers_of(visit, peers->items) : json::array();
  json::array knocks = peers.ok() ? knocks_of(visit, peers->knocks) : json::array();
  view.model["has_knocks"] = !knocks.empty();
  view.model["knocks"] = std::move(knocks);
  view.model["spoken"] = id.ok() ? spoken(id->line.node_key) : std::string();
  json::array blocked = blocks.ok() ? blocked_of(*blocks) : json::array();
  view.model["has_blocked"] = !blocked.empty();
  view.model["blocked"] = std::move(blocked);
  json::array open = invites.ok() ? invites_of(visit, *invites) : json::array();
  view.model["has_invites"] = !open.empty();
  view.model["invites"] = std::move(open);
  view.model["reviews"] = frame_.shared().parts.facts.log().has_value();
  view.model["wants_all"] = subscriptions.ok() && subscriptions->wanted.all;
  view.model["wanted"] = subscriptions.ok() ? topics_text(visit, subscriptions->wanted) : std::string();
  view.model["address"] = id.ok() ? id->line.address : std::string();
  view.model["peer_line"] = id.ok() ? id->line.text() : std::string();
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OperatePages::operate(Visit visit) {
  co_return co_await show_operate(visit, {});
}

asio::awaitable<HttpResponse> OperatePages::make_invite(Visit visit) {
  InviteWish wish;
  wish.city = visit.field("for");
  wish.address = visit.field("address");
  const auto made = co_await frame_.call(visit, invites_.invite, std::move(wish));
  if (!made.ok()) co_return co_await show_operate(visit, {{"problem", visit.fault(made.error())}});
  co_return co_await show_operate(visit, {{"invite", made->line},
                                          {"expires", date_of(visit, made->invite.expires_at)},
                                          {"qr_html", qr_svg(made->line)}});
}

asio::awaitable<Status> OperatePages::pin(Visit visit) {
  const bool vouch = visit.field("vouch") == "yes";
  const std::string line = visit.field("line");
  if (visit.field("do") == "join") {
    const auto joined = co_await frame_.call(visit, invites_.join, InviteUse{line, vouch});
    co_return joined.ok() ? Status() : joined.error();
  }
  const auto pinned = co_await frame_.call(visit, peers_.add, PeerWish{line, vouch});
  co_return pinned.ok() ? Status() : pinned.error();
}

asio::awaitable<Status> OperatePages::subscribe(Visit visit) {
  const auto done = co_await frame_.call(visit, subscriptions_.set, filter_of(visit));
  co_return done.ok() ? Status() : done.error();
}

asio::awaitable<Status> OperatePages::give_notice(Visit visit) {
  const auto done = co_await frame_.call(visit, desk_.publish, notice_of(visit));
  co_return done.ok() ? Status() : done.error();
}

asio::awaitable<std::optional<Status>> OperatePages::carry_out(Visit visit) {
  const std::string wish = visit.field("do");
  if (wish == "join" || wish == "peer") co_return co_await pin(visit);
  if (wish == "subscribe") co_return co_await subscribe(visit);
  if (wish == "notice") co_return co_await give_notice(visit);
  if (wish == "remove-peer") {
    const auto done = co_await frame_.call(visit, peers_.remove, NamedPeer{visit.field("peer")});
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "revoke-invite") {
    const auto done = co_await frame_.call(visit, invites_.revoke, NamedInvite{visit.field("id")});
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "unblock") {
    const auto done = co_await frame_.call(visit, trust_.unblock, NamedCity{visit.field("city")});
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "clock") {
    const auto done = co_await frame_.call(visit, upkeep_.set_clock, Nothing{});
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "reindex") {
    const auto done = co_await frame_.call(visit, upkeep_.reindex, Nothing{});
    co_return done.ok() ? Status() : done.error();
  }
  co_return std::nullopt;
}

asio::awaitable<HttpResponse> OperatePages::change(Visit visit) {
  if (visit.field("do") == "invite") co_return co_await make_invite(std::move(visit));
  const std::optional<Status> done = co_await carry_out(visit);
  if (!done) co_return frame_.not_understood(visit, stale_form(visit));
  if (!done->ok()) co_return co_await show_operate(visit, {{"problem", visit.fault(done->error())}});
  co_return PageFrame::go("/operate");
}

asio::awaitable<HttpResponse> OperatePages::show_accounts(Visit visit, json::object news) {
  const auto all = co_await frame_.call(visit, accounts_.list, Nothing{});
  if (!all.ok()) co_return frame_.failed(visit, all.error());
  PageView view{"accounts", visit.say("accounts.title"), std::move(news), 200, "", ""};
  for (const char* member : {"link", "problem"}) {
    if (!view.model.contains(member)) view.model[member] = "";
  }
  json::array items;
  for (const UserView& user : *all) {
    items.push_back(json::object{{"name", user.name},
                                 {"roles", roles_of(visit, user.role)},
                                 {"office", user.office},
                                 {"person", user.person},
                                 {"email", user.email},
                                 {"has_password", user.has_password}});
  }
  view.model["items"] = std::move(items);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OperatePages::accounts(Visit visit) {
  co_return co_await show_accounts(visit, {});
}

asio::awaitable<Result<std::string>> OperatePages::change_account(Visit visit) {
  const std::string wish = visit.field("do");
  const std::string name = visit.field("name");
  if (wish == "link") {
    const auto made = co_await frame_.call(visit, accounts_.make_link, NamedAccount{name});
    co_return made.ok() ? Result<std::string>(made->link) : made.error();
  }
  if (wish != "add" && wish != "change") {
    const auto done = co_await frame_.call(visit, accounts_.remove, NamedAccount{name});
    co_return done.ok() ? Result<std::string>(std::string()) : done.error();
  }
  if (wish == "add") {
    const auto made = co_await frame_.call(visit, accounts_.add, new_account_of(visit));
    co_return made.ok() ? Result<std::string>(made->link) : made.error();
  }
  const auto changed = co_await frame_.call(visit, accounts_.change, changed_account_of(visit), name);
  co_return changed.ok() ? Result<std::string>(std::string()) : changed.error();
}

asio::awaitable<HttpResponse> OperatePages::change_accounts(Visit visit) {
  const auto link = co_await change_account(visit);
  if (!link.ok()) co_return co_await show_accounts(visit, {{"problem", visit.fault(link.error())}});
  if (link->empty()) co_return PageFrame::go("/operate/accounts");
  co_return co_await show_accounts(visit, {{"link", *link}});
}

asio::awaitable<HttpResponse> OperatePages::audit(Visit visit) {
  const auto found = co_await frame_.call(visit, accounts_.list_audit,
                                          read_audit_query({{"cursor", visit.request.param("cursor")}}));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  json::array items;
  for (const AuditLine& line : found->items) {
    items.push_back(json::object{{"at", time_text(line.at)},
                                 {"time", time_of(visit, line.at)},
                                 {"who", line.who},
                                 {"action", line.action},
                                 {"target", line.target},
                                 {"outcome", line.outcome}});
  }
  PageView view{"audit", visit.say("audit.title"), {{"items", std::move(items)}, {"next", ""}}, 200, "", ""};
  if (found->next) view.model["next"] = "/operate/audit?cursor=" + std::to_string(*found->next);
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
