#include "node/pages/city_pages.h"

#include <cmath>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/cities_api.h"
#include "node/api/explain_api.h"
#include "node/api/figures_api.h"
#include "node/api/search_api.h"
#include "node/api/trust_api.h"
#include "node/pages/city_profile.h"
#include "node/pages/note_view.h"
#include "node/pages/trust_picture.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kCitiesShown = 100;

json::array path_of(const std::vector<std::string>& path) {
  json::array out;
  for (const std::string& city : path) out.push_back(json::object{{"city", city}, {"first", out.empty()}});
  return out;
}

// Empty where it is not said.
json::object figure(const Visit& visit, const char* measure, const v1::Figure& said) {
  if (said.value() == 0 || !std::isfinite(said.value())) return {};
  return {{"name", visit.say(std::string("measure.name.") + measure)},
          {"value", visit.words->number(said.value())},
          {"source", said.source()}};
}

json::array measures_of(const Visit& visit, const v1::Profile& profile) {
  json::array out;
  if (json::object one = figure(visit, "population", profile.population()); !one.empty())
    out.push_back(std::move(one));
  if (json::object one = figure(visit, "density", profile.density()); !one.empty())
    out.push_back(std::move(one));
  if (!profile.climate().empty())
    out.push_back(json::object{{"name", visit.say("measure.name.climate")},
                               {"value", profile.climate()},
                               {"source", profile.climate_source()}});
  if (!profile.income_band().empty())
    out.push_back(json::object{{"name", visit.say("measure.name.income")},
                               {"value", visit.named("income", profile.income_band())},
                               {"source", profile.income_source()}});
  return out;
}

json::array city_links(const std::vector<std::string>& names) {
  json::array out;
  for (const std::string& name : names) out.push_back(json::object{{"city", name}});
  return out;
}

json::array vouches_of(const Visit& visit, const std::vector<CityVouch>& vouches) {
  json::array out;
  for (const CityVouch& vouch : vouches)
    out.push_back(json::object{
        {"city", vouch.city}, {"held", vouch.held}, {"until", date_of(visit, vouch.expires_at)}});
  return out;
}

const char* message_of(KeyChange::Kind kind) {
  switch (kind) {
    case KeyChange::Kind::kRotation:
      return "city.new_key";
    case KeyChange::Kind::kRecovery:
      return "city.taken_back";
    case KeyChange::Kind::kNewWords:
      return "city.new_words";
    case KeyChange::Kind::kNode:
      return "city.new_node_key";
    case KeyChange::Kind::kCosigner:
      break;
  }
  return "city.new_cosigner_key";
}

// Empty: nothing of what was held here is void by this, or it is not known.
std::string voided_text(const Visit& visit, const KeyChange& change) {
  if (change.voided == 0) return "";
  return visit.say("city.voided", {{"count", static_cast<std::int64_t>(change.voided)}});
}

// What a city did with its keys, in its own order.
json::array key_changes_of(const Visit& visit, const std::vector<KeyChange>& changes) {
  json::array out;
  for (const KeyChange& change : changes) {
    if (!change.at) continue;
    out.push_back(
        json::object{{"text", visit.say(message_of(change.kind), {{"date", date_of(visit, *change.at)}})},
                     {"voided", voided_text(visit, change)}});
  }
  return out;
}

// What differs, by the evidence that is held. Empty: there is none.
std::string differs_text(const Visit& visit, const std::optional<ContradictionView>& shown) {
  if (!shown) return "";
  switch (shown->kind) {
    case ForkKind::kTwoHeads:
      return visit.say("city.two_heads", {{"count", static_cast<std::int64_t>(shown->at)}});
    case ForkKind::kTwoKeys:
      return visit.say("city.two_keys", {{"number", static_cast<std::int64_t>(shown->number)}});
    case ForkKind::kTwoRecoveries:
      break;
  }
  return visit.say("city.two_recoveries", {{"number", static_cast<std::int64_t>(shown->number)}});
}

// Empty: its log does not go on by the operator's word.
std::string thawed_text(const Visit& visit, const std::optional<Thaw>& thawed) {
  if (!thawed) return "";
  const std::string date = date_of(visit, thawed->at);
  if (thawed->by.empty()) return visit.say("city.thawed", {{"date", date}});
  return visit.say("city.thawed_by", {{"date", date}, {"operator", thawed->by}});
}

// Where a list of the page goes on, of which so many were shown from there on; empty: nowhere.
std::string rest_of(const std::string& city, const char* list, std::uint64_t from, std::size_t shown,
                    std::size_t total) {
  const std::uint64_t next = from + shown;
  if (shown == 0 || next >= total) return "";
  return "/cities/" + city + "?" + list + "=" + std::to_string(next);
}

// What is known of the city itself, apart from what it says in its profile.
json::object model_of(const Visit& visit, const CityQuery& query, const CityStandingView& view) {
  const std::string& name = view.city.city;
  const VouchTotals totals = view.totals.value_or(VouchTotals());
  return {{"domain", name},
          {"has_path", !view.city.trust_path.empty()},
          {"path", path_of(view.city.trust_path)},
          {"log_id", to_text(view.city.log)},
          {"vkey", view.city.vkey},
          {"twice", view.city.name_claimed_twice},
          {"frozen", view.city.frozen && !view.city.for_good},
          {"for_good", view.city.for_good},
          {"thawed_text", thawed_text(visit, view.thawed)},
          {"differs", differs_text(visit, view.contradiction)},
          {"has_key_changes", !view.key_changes.empty()},
          {"key_changes", key_changes_of(visit, view.key_changes)},
          {"blocked", view.blocked},
          {"has_vouches", !view.vouches_for.empty()},
          {"more_vouches",
           rest_of(name, "vouches_from", query.vouches_from, view.vouches_for.size(), totals.vouches)},
          {"vouches", vouches_of(visit, view.vouches_for)},
          {"has_vouchers", !view.vouched_for_by.empty()},
          {"more_vouchers",
           rest_of(name, "vouchers_from", query.vouchers_from, view.vouched_for_by.size(), totals.vouchers)},
          {"vouchers", city_links(view.vouched_for_by)},
          {"we_vouch", totals.vouched_for_here}};
}

void put_profile(const Visit& visit, const v1::Profile& profile, json::object& model) {
  json::array measures = measures_of(visit, profile);
  model["country"] = profile.country().empty() ? "" : visit.words->country_name(profile.country());
  model["website"] = safe_link(profile.website()) ? profile.website() : "";
  model["contact"] = profile.contact();
  model["has_measures"] = !measures.empty();
  model["measures"] = std::move(measures);
}

}  // namespace

void CityPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/cities", Need::kReading, "showCities",
             "The cities that are held, and why they are trusted",
             [this](Visit visit) { return cities(std::move(visit)); }, {"q", "cursor"});
  frame_.get(routes, "/cities/{city}", Need::kReading, "showCity",
             "A city's profile and notes, and whom it vouches for",
             [this](Visit visit) { return city(std::move(visit)); },
             {"cursor", "vouches_from", "vouchers_from"});
  frame_.post(routes, "/cities/{city}", Need::kOperator, "postCity",
              "Vouch for a city, or block it, or let its frozen log go on",
              [this](Visit visit) { return change(std::move(visit)); });
}

asio::awaitable<HttpResponse> CityPages::cities(Visit visit) {
  auto query =
      read_city_list_query({{"q", visit.request.param("q")}, {"cursor", visit.request.param("cursor")}});
  if (!query.ok()) co_return frame_.failed(visit, query.error());
  query->limit = kCitiesShown;
  const std::string part = query->part;
  const auto found = co_await frame_.call(visit, cities_.list, std::move(*query));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  json::array items;
  for (const CityView& one : found->items) {
    items.push_back(json::object{{"city", one.city},
                                 {"entries", visit.words->number(static_cast<double>(one.entries))},
                                 {"path", path_of(one.trust_path)},
                                 {"twice", one.name_claimed_twice},
                                 {"frozen", one.frozen && !one.for_good},
                                 {"for_good", one.for_good}});
  }
  PageView view{"cities", visit.say("cities.title"), {}, 200, "", ""};
  const std::string next = found->next ? to_text(*found->next) : "";
  view.model = {
      {"has_cities", !items.empty()},
      {"items", std::move(items)},
      {"part", part},
      {"total_text", visit.say("cities.total", {{"count", static_cast<std::int64_t>(found->total)}})},
      {"next", next.empty() ? "" : "/cities?q=" + query_escaped(part) + "&cursor=" + query_escaped(next)}};
  // With the first page of all cities: who looks for one does not ask for the others.
  if (part.empty() && visit.request.param("cursor").empty()) {
    const auto graph = co_await frame_.call(visit, figures_.trust_graph, Nothing{});
    if (graph.ok() && graph->cities.size() > 1) view.model["graph"] = trust_picture(frame_, visit, *graph);
  }
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> CityPages::show_city(Visit visit, std::string problem) {
  const auto query =
      read_city_query(visit.request.arg("city"), {{"vouches_from", visit.request.param("vouches_from")},
                                                  {"vouchers_from", visit.request.param("vouchers_from")}});
  if (!query.ok()) co_return frame_.failed(visit, query.error());
  const auto standing = co_await frame_.call(visit, cities_.get, *query);
  if (!standing.ok()) co_return frame_.failed(visit, standing.error());
  const CityView& one = standing->city;
  // What names this log and no other, also where it was asked for by a name that is not its own.
  const std::string name = one.city;
  auto wanted = read_note_search({{"order", "newest"}, {"cursor", visit.request.param("cursor")}});
  if (!wanted.ok()) co_return frame_.failed(visit, wanted.error());
  wanted->query.log = one.log;
  const auto notes = co_await frame_.call(visit, search_.search, std::move(*wanted));
  if (!notes.ok()) co_return frame_.failed(visit, notes.error());
  PageView view{
      "city", name, {}, 200, visit.say("feed.city", {{"city", name}}), "/feeds/city/" + name + ".atom"};
  const auto said = co_await profile_of(&frame_, &records_, visit, name);
  const v1::Profile& profile = said ? *said : v1::Profile::default_instance();
  view.title = frame_.city_name(visit, name);
  const auto own_log = frame_.shared().parts.facts.log();
  const bool ours = own_log == one.log;
  view.model = model_of(visit, *query, *standing);
  view.model["problem"] = problem;
  view.model["name"] = view.title;
  view.model["ours"] = ours;
  view.model["may_judge"] = !ours && frame_.may(visit, trust_.block.facts);
  view.model["may_thaw"] = !ours && one.frozen && !one.for_good && frame_.may(visit, trust_.thaw.facts);
  view.model["may_vouch"] = own_log.has_value() && frame_.may(visit, trust_.vouch.facts);
  view.model["may_edit"] = frame_.works_as(visit, Role::kReviewer);
  view.model["items"] = cards(visit, notes->items);
  view.model["total_text"] = visit.say("find.total", {{"count", static_cast<std::int64_t>(notes->total)}});
  put_profile(visit, profile, view.model);
  // A name alone, which every city has from the beginning, says nothing.
  view.model["has_profile"] =
      !profile.country().empty() || !profile.website().empty() || view.model["has_measures"].as_bool();
  json::array why = co_await reasons(visit, name);
  view.model["has_why"] = !why.empty();
  view.model["why"] = std::move(why);
  view.model["next"] =
      notes->next ? "/cities/" + name + "?cursor=" + std::to_string(*notes->next) : std::string();
  co_return frame_.show(visit, std::move(view));
}

// Why the city is here, for who may do something about it.
asio::awaitable<json::array> CityPages::reasons(Visit visit, std::string city) {
  json::array out;
  if (!frame_.may(visit, trust_.block.facts)) co_return out;
  const auto why = co_await frame_.call(visit, explain_.city, ExplainCityQuery{std::move(city)});
  if (!why.ok()) co_return out;
  for (const auto* sentences : {&why->because, &why->change}) {
    for (const std::string& sentence : *sentences) out.push_back(json::object{{"text", sentence}});
  }
  co_return out;
}

asio::awaitable<HttpResponse> CityPages::city(Visit visit) {
  co_return co_await show_city(std::move(visit), "");
}

asio::awaitable<HttpResponse> CityPages::change(Visit visit) {
  const NamedCity named{visit.request.arg("city")};
  const std::string wish = visit.field("do");
  // A city that is blocked has no right to its bare name: the answer says how it is called now.
  Result<std::string> done = stale_form(visit);
  if (wish == "vouch" || wish == "withdraw-vouch") {
    const auto& operation = wish == "vouch" ? trust_.vouch : trust_.withdraw_vouch;
    const auto signed_now = co_await frame_.call(visit, operation, named);
    done = signed_now.ok() ? Result<std::string>(signed_now->city) : signed_now.error();
  } else if (wish == "block" || wish == "unblock") {
    const auto& operation = wish == "block" ? trust_.block : trust_.unblock;
    const auto judged = co_await frame_.call(visit, operation, named);
    done = judged.ok() ? Result<std::string>(judged->city) : judged.error();
  } else if (wish == "thaw" && visit.field("sure") == "yes") {
    const auto thawed = co_await frame_.call(visit, trust_.thaw, named);
    done = thawed.ok() ? Result<std::string>(thawed->city) : thawed.error();
  } else {
    co_return frame_.not_understood(visit, done.error());
  }
  if (!done.ok()) co_return co_await show_city(visit, visit.fault(done.error()));
  co_return PageFrame::go("/cities/" + *done);
}

}  // namespace koinon
