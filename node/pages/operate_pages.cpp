#include "node/pages/operate_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/about_api.h"
#include "node/api/cities_api.h"
#include "node/api/desk_api.h"
#include "node/api/figures_api.h"
#include "node/api/invites_api.h"
#include "node/api/keys_api.h"
#include "node/api/peers_api.h"
#include "node/api/status_api.h"
#include "node/api/subscriptions_api.h"
#include "node/api/trust_api.h"
#include "node/api/upkeep_api.h"
#include "node/pages/form_faults.h"
#include "node/pages/measure_pictures.h"
#include "node/pages/note_form.h"
#include "node/pages/note_text.h"
#include "node/pages/note_view.h"
#include "node/pages/topic_field.h"
#include "node/text/qr_code.h"
#include "node/text/spoken_key.h"
#include "node/text/time_text.h"
#include "node/text/topic_names.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::int64_t kMegabyte = 1'000'000;

std::string time_of(const Visit& visit, UnixMillis time) {
  return visit.words->date_and_time(time, visit.zone);
}

// Why it is so, in the reader's language. What nobody has translated stands in the node's log.
std::string why_of(const Visit& visit, const Error& why) {
  return why.id.empty() && visit.words->tag() != "en" ? visit.say("operate.why_in_log")
                                                      : visit.words->fault(why);
}

// What an operator should look at, in their language.
json::array alarms_shown(const Visit& visit, const std::vector<Alarm>& alarms) {
  json::array out;
  for (const Alarm& alarm : alarms) {
    MessageArguments arguments = alarm.arguments;
    for (auto& [name, value] : arguments) {
      if (name == "why" && alarm.why) value = why_of(visit, *alarm.why);
    }
    out.push_back(json::object{{"text", visit.say("alarm." + alarm.id, arguments)},
                               {"since", visit.say("operate.since", {{"time", time_of(visit, alarm.since)}})},
                               {"critical", alarm.severity == Severity::kCritical}});
  }
  return out;
}

// Whether the node signs. What it waits for is a sentence as those of errors are.
std::string signing_shown(const Visit& visit, const SigningView& signing) {
  const std::string why = signing.why ? why_of(visit, *signing.why) : std::string();
  switch (signing.state) {
    case Signing::kReady:
      return visit.say("operate.signing_ready");
    case Signing::kNever:
      return visit.say("operate.signing_never");
    case Signing::kWaits:
      return why;
    case Signing::kStopped:
      return visit.say("operate.signing_stopped", {{"why", why}});
  }
  return {};
}

// What the program says in English alone is said in a few words where the page is of another language.
std::string trouble_text(const Visit& visit, const PeerStatus& peer) {
  if (peer.paused) return visit.say("trouble.paused");
  switch (peer.trouble) {
    case PeerTrouble::kNotPinnedThere:
    case PeerTrouble::kRefusedThere:
    case PeerTrouble::kOtherKey:
      return visit.say("trouble." + std::string(trouble_name(peer.trouble)));
    case PeerTrouble::kNone:
      return visit.say("trouble.not-tried");
    case PeerTrouble::kUnreachable:
    case PeerTrouble::kEnded:
      break;
  }
  if (peer.why && !peer.why->id.empty()) return visit.words->fault(*peer.why);
  return visit.words->tag() == "en" ? peer.state
                                    : visit.say("trouble." + std::string(trouble_name(peer.trouble)));
}

// What it sent that does not verify. Which rule that broke is said in English alone.
std::string lie_text(const Visit& visit, const std::string& lie) {
  return lie.empty() || visit.words->tag() == "en" ? lie : visit.say("operate.lied");
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
                               {"last_lie", lie_text(visit, peer.conduct.last_lie)}});
  }
  return out;
}

// The new node key that is not shown yet; empty: there is none.
std::string node_key_shown(const Visit& visit, const std::optional<WaitingNodeKey>& waiting) {
  if (!waiting) return {};
  const NodeKeyWaitView& wait = waiting->wait;
  if (wait.awaited.empty()) return visit.say("operate.node_key_ready");
  std::string cities;
  for (const std::string& city : wait.awaited) cities += (cities.empty() ? "" : ", ") + city;
  return visit.say(wait.now ? "operate.node_key_decided" : "operate.node_key_waits", {{"cities", cities}});
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
  if (status.store.on_server) add("operate.store", status.store.place);
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

// Topics by name with commas between; none, or “All topics”: all.
Result<BodyFilter> filter_of(const Visit& visit) {
  std::string text;
  std::vector<Error> faults;
  for (const std::string& name : names_of_list(visit.field("topics"))) {
    const auto slug = followed_topic(visit, name, "topics");
    if (slug.ok()) text += (text.empty() ? "" : ",") + *slug;
    if (!slug.ok()) faults.push_back(slug.error());
  }
  KOINON_TRY(all_faults(std::move(faults)));
  return parse_filter(text.empty() ? "all" : text);
}

Result<SigningQuery> notice_of(const Visit& visit) {
  json::object content{{"text", visit.field("text")}};
  const TimeZone zone = zone_of_form(visit, visit.form);
  std::vector<Error> faults;
  for (const std::string member : {"from", "until"}) {
    const std::string local = visit.field(member);
    if (local.empty()) continue;
    const auto time = zone.read_local(local);
    if (!time)
      faults.push_back(fail(Code::kInvalidArgument,
                            Sentence{"time.form", "it is a time such as 2026-12-01T09:00:00+01:00"}, member));
    // In text, as protobuf's JSON has whole numbers of 64 bits.
    if (time) content[member + "_ms"] = std::to_string(time->value);
  }
  return query_with(std::move(faults), read_note_query({{"kind", "node-notice"},
                                                        {"language", visit.words->tag()},
                                                        {"content", std::move(content)}}));
}

// The fields of the form that was sent, as the operation that it calls names them.
std::vector<KnownField> fields_of_operating(const std::string& wish) {
  if (wish == "invite")
    return {{"for", "for", "operate.invite_for"}, {"address", "address", "operate.invite_address"}};
  // Whatever is wrong with a part of the line, the line is what was given.
  if (wish == "join" || wish == "peer") {
    std::vector<KnownField> out;
    for (const std::string_view part : {"line", "peer", "invite", "vkey", "address", "name", "origin"})
      out.push_back({part, "line", "operate.join_line"});
    return out;
  }
  if (wish == "subscribe") return {{"topics", "topics", "operate.topics"}};
  if (wish == "notice")
    return {{"text", "notice", "operate.notice_text"},
            {"from", "from", "operate.notice_from"},
            {"from_ms", "from", "operate.notice_from"},
            {"until", "until", "operate.notice_until"},
            {"until_ms", "until", "operate.notice_until"}};
  return {};
}

// What was typed, so that it is mended and not written anew.
json::object typed_of(const Visit& visit) {
  const std::string wish = visit.field("do");
  json::object out;
  if (wish == "invite") out = {{"for", visit.field("for")}, {"address", visit.field("address")}};
  if (wish == "join" || wish == "peer") out = {{"line", visit.field("line")}};
  if (wish == "subscribe") out = {{"wanted", visit.field("topics")}};
  if (wish == "notice")
    out = {{"notice", visit.field("text")}, {"from", visit.field("from")}, {"until", visit.field("until")}};
  return out;
}

}  // namespace

void OperatePages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/operate", Need::kOperator, "showOperate", "How the node is",
             [this](Visit visit) { return operate(std::move(visit)); });
  frame_.post(routes, "/operate", Need::kOperator, "postOperate", "Peers, invites, subscriptions, the index",
              [this](Visit visit) { return change(std::move(visit)); });
}

asio::awaitable<HttpResponse> OperatePages::show_operate(Visit visit, json::object news, unsigned code) {
  const auto status = co_await frame_.call(visit, status_.get, Nothing{});
  if (!status.ok()) co_return frame_.failed(visit, status.error());
  const auto peers = co_await frame_.call(visit, peers_.list, Nothing{});
  const auto subscriptions = co_await frame_.call(visit, subscriptions_.get, Nothing{});
  const auto id = co_await frame_.call(visit, about_.id, Nothing{});
  const auto blocks = co_await frame_.call(visit, cities_.blocks, Nothing{});
  const auto invites = co_await frame_.call(visit, invites_.list, Nothing{});
  PageView view{"operate", visit.say("operate.title"), std::move(news), code, "", ""};
  const auto otherwise = [&](const char* member, const std::string& value) {
    if (!view.model.contains(member)) view.model[member] = value;
  };
  for (const char* member :
       {"invite", "expires", "qr_html", "problem", "for", "line", "notice", "from", "until"})
    otherwise(member, "");
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
  const auto& waiting = status->node_key;
  view.model["node_key"] = node_key_shown(visit, waiting);
  view.model["node_key_waits"] = waiting && !waiting->wait.now && !waiting->wait.awaited.empty();
  view.model["reviews"] = frame_.shared().parts.facts.log().has_value();
  view.model["wants_all"] = subscriptions.ok() && subscriptions->wanted.all;
  const auto measures = co_await frame_.call(visit, figures_.measures, Nothing{});
  if (measures.ok())
    put_list(view.model, "pictures", measure_pictures(visit, *measures, frame_.shared().parts.clock.wall()));
  view.model["topic_names"] = topic_names(visit);
  otherwise("wanted", subscriptions.ok() ? topics_text(visit, subscriptions->wanted) : std::string());
  otherwise("address", id.ok() ? id->line.address : std::string());
  view.model["peer_line"] = id.ok() ? id->line.text() : std::string();
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OperatePages::operate(Visit visit) {
  co_return co_await show_operate(visit, {});
}

asio::awaitable<HttpResponse> OperatePages::show_refused(Visit visit, Error why) {
  json::object news = typed_of(visit);
  FormFaults(visit, why, fields_of_operating(visit.field("do"))).put(news);
  co_return co_await show_operate(visit, std::move(news), status_of(why.code));
}

asio::awaitable<HttpResponse> OperatePages::make_invite(Visit visit) {
  InviteWish wish;
  wish.city = visit.field("for");
  wish.address = visit.field("address");
  const auto made = co_await frame_.call(visit, invites_.invite, std::move(wish));
  if (!made.ok()) co_return co_await show_refused(visit, made.error());
  const auto code = QrCode::of(made->line, QrRepair::kForScreens);
  co_return co_await show_operate(visit, {{"invite", made->line},
                                          {"expires", date_of(visit, made->invite.expires_at)},
                                          {"qr_html", code.ok() ? qr_svg(*code) : std::string()}});
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
  // Without the tick there is nothing to be sure of: a browser does not send the form.
  if (wish == "rotate-key" && visit.field("sure") == "yes") {
    const auto done = co_await frame_.call(visit, keys_.rotate, Nothing{});
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "rotate-node-key" || (wish == "use-node-key" && visit.field("sure") == "yes")) {
    const auto done = co_await frame_.call(visit, keys_.rotate_node, NodeKeyQuery{wish == "use-node-key"});
    co_return done.ok() ? Status() : done.error();
  }
  if (wish == "rotate-cosigner-key") {
    const auto done = co_await frame_.call(visit, keys_.rotate_cosigner, Nothing{});
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
  if (!done->ok()) co_return co_await show_refused(visit, done->error());
  co_return PageFrame::go("/operate");
}

}  // namespace koinon
