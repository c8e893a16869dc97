#include "node/pages/city_pages.h"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/pages/note_view.h"
#include "node/pages/profile_pages.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr const char* kCitiesShown = "100";

std::string path_text(const json::array& path) {
  std::string out;
  for (const auto& city : path) out += (out.empty() ? "" : " → ") + std::string(city.as_string());
  return out;
}

json::object figure(const Visit& visit, const json::object& profile, const char* member) {
  const json::object& found = object_at(profile, member);
  const auto* value = found.if_contains("value");
  if (value == nullptr || !value->is_number()) return {};
  return {{"name", visit.say(std::string("measure.name.") + member)},
          {"value", visit.words->number(value->to_number<double>())},
          {"source", text_at(found, "source")}};
}

json::array measures_of(const Visit& visit, const json::object& profile) {
  json::array out;
  for (const char* member : {"population", "density"}) {
    if (json::object one = figure(visit, profile, member); !one.empty()) out.push_back(std::move(one));
  }
  if (const std::string climate = text_at(profile, "climate"); !climate.empty())
    out.push_back(json::object{{"name", visit.say("measure.name.climate")},
                               {"value", climate},
                               {"source", text_at(profile, "climate_source")}});
  if (const std::string income = text_at(profile, "income_band"); !income.empty())
    out.push_back(json::object{{"name", visit.say("measure.name.income")},
                               {"value", visit.say("income." + income)},
                               {"source", text_at(profile, "income_source")}});
  return out;
}

json::array city_links(const json::array& names) {
  json::array out;
  for (const auto& name : names) out.push_back(json::object{{"city", name.as_string()}});
  return out;
}

json::array vouches_of(const Visit& visit, const json::array& vouches) {
  json::array out;
  for (const auto& item : vouches) {
    const json::object& one = item.as_object();
    out.push_back(json::object{{"city", text_at(one, "city")},
                               {"held", one.at("held").as_bool()},
                               {"until", date_of(visit, text_at(one, "expires_at"))}});
  }
  return out;
}

// Where a list of the page goes on, of which so many were shown up to here; empty: nowhere.
std::string rest_of(const Visit& visit, const std::string& city, const char* list, std::size_t shown,
                    std::int64_t total) {
  const auto before = parse_decimal(visit.request.param(list));
  const std::uint64_t next = (before.ok() ? *before : 0) + shown;
  if (shown == 0 || next >= static_cast<std::uint64_t>(std::max<std::int64_t>(total, 0))) return "";
  return "/cities/" + city + "?" + list + "=" + std::to_string(next);
}

void put_profile(const Visit& visit, const json::object& profile, json::object& model) {
  const std::string website = text_at(profile, "website");
  const std::string country = text_at(profile, "country");
  json::array measures = measures_of(visit, profile);
  model["country"] = country.empty() ? "" : visit.words->country_name(country);
  model["website"] = safe_link(website) ? website : "";
  model["contact"] = text_at(profile, "contact");
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
  frame_.post(routes, "/cities/{city}", Need::kOperator, "postCity", "Vouch for a city, or block it",
              [this](Visit visit) { return change(std::move(visit)); });
}

asio::awaitable<HttpResponse> CityPages::cities(Visit visit) {
  const std::string part = visit.request.param("q");
  const OperationResult found = co_await frame_.call(
      visit, "listCities",
      {{}, {{"q", part}, {"limit", kCitiesShown}, {"cursor", visit.request.param("cursor")}}, {}});
  if (!found.ok()) co_return frame_.sorry(visit, found);
  json::array items;
  for (const auto& item : array_at(found.body, "items")) {
    const json::object& one = item.as_object();
    const std::string name = text_at(one, "display_name");
    items.push_back(
        json::object{{"city", text_at(one, "city")},
                     {"name", name.empty() ? text_at(one, "city") : name},
                     {"entries", visit.words->number(static_cast<double>(number_at(one, "entries")))},
                     {"path", path_text(array_at(one, "trust_path"))},
                     {"twice", one.at("name_claimed_twice").as_bool()},
                     {"frozen", one.at("frozen").as_bool()}});
  }
  PageView view{"cities", visit.say("cities.title"), {}, 200, "", ""};
  const std::string next = text_at(found.body, "next");
  view.model = {
      {"has_cities", !items.empty()},
      {"items", std::move(items)},
      {"part", part},
      {"total_text", visit.say("cities.total", {{"count", number_at(found.body, "total")}})},
      {"next", next.empty() ? "" : "/cities?q=" + query_escaped(part) + "&cursor=" + query_escaped(next)}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> CityPages::show_city(Visit visit, std::string problem) {
  const OperationResult standing =
      co_await frame_.call(visit, "getCity",
                           {{{"city", visit.request.arg("city")}},
                            {{"vouches_from", visit.request.param("vouches_from")},
                             {"vouchers_from", visit.request.param("vouchers_from")}},
                            {}});
  if (!standing.ok()) co_return frame_.sorry(visit, standing);
  const json::object& one = standing.body;
  // What names this log and no other, also where it was asked for by a name that is not its own.
  const std::string name = text_at(one, "city");
  const OperationResult notes = co_await frame_.call(
      visit, "search",
      {{}, {{"city", name}, {"order", "newest"}, {"cursor", visit.request.param("cursor")}}, {}});
  if (!notes.ok()) co_return frame_.sorry(visit, notes);
  PageView view{
      "city", name, {}, 200, visit.say("feed.city", {{"city", name}}), "/feeds/city/" + name + ".atom"};
  const json::object profile = co_await profile_of(&frame_, visit, name);
  if (const std::string shown = text_at(profile, "display_name"); !shown.empty()) view.title = shown;
  const auto own_log = frame_.shared().parts.facts.log();
  const bool ours = own_log && text_at(one, "log_id") == to_text(*own_log);
  json::array vouches = vouches_of(visit, array_at(one, "vouches_for"));
  json::array vouchers = city_links(array_at(one, "vouched_for_by"));
  view.model = {
      {"domain", name},
      {"problem", problem},
      {"path", path_text(array_at(one, "trust_path"))},
      {"log_id", text_at(one, "log_id")},
      {"vkey", text_at(one, "vkey")},
      {"twice", one.at("name_claimed_twice").as_bool()},
      {"frozen", one.at("frozen").as_bool()},
      {"blocked", one.at("blocked").as_bool()},
      {"name", view.title},
      {"has_vouches", !vouches.empty()},
      {"more_vouches", rest_of(visit, name, "vouches_from", vouches.size(), number_at(one, "vouches_total"))},
      {"vouches", std::move(vouches)},
      {"has_vouchers", !vouchers.empty()},
      {"more_vouchers",
       rest_of(visit, name, "vouchers_from", vouchers.size(), number_at(one, "vouchers_total"))},
      {"vouchers", std::move(vouchers)},
      {"ours", ours},
      {"may_judge", !ours && frame_.may(visit, "block")},
      {"may_vouch", own_log.has_value() && frame_.may(visit, "vouch")},
      {"we_vouch", one.at("vouched_for_here").as_bool()},
      {"may_edit", visit.request.caller.role >= Role::kReviewer},
      {"items", cards(visit, array_at(notes.body, "items"))},
      {"total_text", visit.say("find.total", {{"count", number_at(notes.body, "total")}})}};
  put_profile(visit, profile, view.model);
  view.model["has_why"] = false;
  if (frame_.may(visit, "block")) {
    const OperationResult why = co_await frame_.call(visit, "explainCity", {{{"city", name}}, {}, {}});
    json::array reasons;
    for (const char* member : {"because", "change"}) {
      for (const auto& sentence : array_at(why.body, member))
        reasons.push_back(json::object{{"text", sentence.as_string()}});
    }
    view.model["has_why"] = !reasons.empty();
    view.model["why"] = std::move(reasons);
  }
  const std::string next = text_at(notes.body, "next");
  view.model["next"] = next.empty() ? "" : "/cities/" + name + "?cursor=" + query_escaped(next);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> CityPages::city(Visit visit) {
  co_return co_await show_city(std::move(visit), "");
}

asio::awaitable<HttpResponse> CityPages::change(Visit visit) {
  const std::string name = visit.request.arg("city");
  const std::string wish = visit.field("do");
  const bool begins = wish == "vouch" || wish == "block";
  OperationInput input{{}, {}, {}, begins, {}};
  if (begins) {
    input.body["city"] = name;
  } else {
    input.args["city"] = name;
  }
  const std::string operation = begins                     ? wish
                                : wish == "unblock"        ? "unblock"
                                : wish == "withdraw-vouch" ? "withdrawVouch"
                                                           : "";
  if (operation.empty())
    co_return frame_.sorry(visit, fail(Code::kInvalidArgument, visit.say("error.stale_form"), "do"));
  const OperationResult done = co_await frame_.call(visit, operation, std::move(input));
  if (!done.ok()) co_return co_await show_city(visit, visit.fault(done.problem()));
  // A city that is blocked has no right to its bare name.
  co_return PageFrame::go("/cities/" + text_at(done.body, "city"));
}

}  // namespace koinon
