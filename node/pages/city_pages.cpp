#include "node/pages/city_pages.h"

#include <cmath>
#include <map>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/http/markdown.h"
#include "node/pages/note_view.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

std::string path_text(const json::array& path) {
  std::string out;
  for (const auto& city : path) out += (out.empty() ? "" : " → ") + std::string(city.as_string());
  return out;
}

json::object figure(const Visit& visit, const json::object& profile, const char* member) {
  const json::object found = object_at(profile, member);
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

std::string outcome_or_stage(const Visit& visit, const json::object& item) {
  const std::string outcome = text_at(item, "outcome");
  const std::string stage = text_at(item, "stage");
  if (!outcome.empty()) return visit.say("outcome." + outcome);
  return stage.empty() ? "" : visit.say("stage." + stage);
}

json::array adoption_rows(const Visit& visit, const json::array& items) {
  json::array out;
  for (const auto& item : items) {
    const json::object& one = item.as_object();
    out.push_back(json::object{
        {"ref", text_at(one, "ref")},
        {"city", text_at(one, "city")},
        {"of", text_at(one, "of")},
        {"of_city", ref_args(text_at(one, "of")).at("city")},
        {"of_title", text_at(one, "of_title").empty() ? text_at(one, "of") : text_at(one, "of_title")},
        {"how", outcome_or_stage(visit, one)},
        {"date", date_of(visit, text_at(one, "created_at"))}});
  }
  return out;
}

// Equirectangular, as the coastlines are drawn.
double map_x(double longitude) { return std::round((longitude + 180) * 10) / 10; }
double map_y(double latitude) { return std::round((90 - latitude) * 10) / 10; }

}  // namespace

void CityPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/cities", Need::kReading, "showCities",
             "The cities that are held, and why they are trusted",
             [this](Visit visit) { return cities(std::move(visit)); });
  frame_.get(routes, "/cities/{city}", Need::kReading, "showCity", "A city's profile and notes",
             [this](Visit visit) { return city(std::move(visit)); }, {"cursor"});
  frame_.get(routes, "/impact", Need::kReading, "showImpact", "What our city gave and took",
             [this](Visit visit) { return impact(std::move(visit)); });
  frame_.get(routes, "/map", Need::kReading, "showMap", "Who adopted what from whom",
             [this](Visit visit) { return map(std::move(visit)); });
}

asio::awaitable<HttpResponse> CityPages::cities(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "listCities");
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
  PageView view{"cities", visit.say("cities.title"), {{"items", std::move(items)}}, 200, "", ""};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> CityPages::city(Visit visit) {
  const std::string name = visit.request.arg("city");
  const OperationResult notes = co_await frame_.call(
      visit, "search",
      {{}, {{"city", name}, {"order", "newest"}, {"cursor", visit.request.param("cursor")}}, {}});
  if (!notes.ok()) co_return frame_.sorry(visit, notes);
  const OperationResult all = co_await frame_.call(visit, "listCities");
  PageView view{
      "city", name, {}, 200, visit.say("feed.city", {{"city", name}}), "/feeds/city/" + name + ".atom"};
  view.model = {{"domain", name}, {"path", ""}, {"log_id", ""}, {"twice", false}, {"frozen", false}};
  for (const auto& item : array_at(all.body, "items")) {
    const json::object& one = item.as_object();
    if (text_at(one, "city") != name) continue;
    view.model["path"] = path_text(array_at(one, "trust_path"));
    view.model["log_id"] = text_at(one, "log_id");
    view.model["vkey"] = text_at(one, "vkey");
    view.model["twice"] = one.at("name_claimed_twice").as_bool();
    view.model["frozen"] = one.at("frozen").as_bool();
  }
  const OperationResult profiles = co_await frame_.call(
      visit, "listRecords", {{}, {{"city", name}, {"kind", "profile"}, {"limit", "1"}}, {}});
  json::object profile;
  for (const auto& item : array_at(profiles.body, "items")) {
    const OperationResult record =
        co_await frame_.call(visit, "getRecord", {ref_args(text_at(item.as_object(), "ref")), {}, {}});
    profile = object_at(object_at(record.body, "body"), "profile");
  }
  if (const std::string shown = text_at(profile, "display_name"); !shown.empty()) view.title = shown;
  const std::string website = text_at(profile, "website");
  view.model["name"] = view.title;
  view.model["country"] =
      text_at(profile, "country").empty() ? "" : visit.words->country_name(text_at(profile, "country"));
  view.model["website"] = safe_link(website) ? website : "";
  view.model["contact"] = text_at(profile, "contact");
  json::array measures = measures_of(visit, profile);
  view.model["has_measures"] = !measures.empty();
  view.model["measures"] = std::move(measures);
  view.model["items"] = cards(visit, array_at(notes.body, "items"));
  view.model["total_text"] = visit.say("find.total", {{"count", number_at(notes.body, "total")}});
  const std::string next = text_at(notes.body, "next");
  view.model["next"] = next.empty() ? "" : "/cities/" + name + "?cursor=" + query_escaped(next);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> CityPages::impact(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "getImpact");
  if (!found.ok()) co_return frame_.sorry(visit, found);
  const json::object& body = found.body;
  PageView view{"impact", visit.say("impact.title"), {}, 200, "", ""};
  json::array numbers;
  const auto add = [&](const char* key, std::int64_t count) {
    numbers.push_back(json::object{{"number", visit.words->number(static_cast<double>(count))},
                                   {"text", visit.say(key, {{"count", count}})}});
  };
  add("impact.practices", number_at(body, "practices"));
  add("impact.given", static_cast<std::int64_t>(array_at(body, "given").size()));
  add("impact.cities", number_at(body, "cities_that_took"));
  add("impact.taken", static_cast<std::int64_t>(array_at(body, "taken").size()));
  add("impact.answered", number_at(body, "questions_answered"));
  json::array goals;
  for (const auto& item : array_at(body, "goals")) {
    const std::string goal = text_at(item.as_object(), "goal");
    goals.push_back(json::object{{"goal", goal},
                                 {"name", visit.say("sdg." + goal)},
                                 {"count", number_at(item.as_object(), "practices")}});
  }
  json::array commitments;
  for (const auto& item : array_at(body, "commitments"))
    commitments.push_back(json::object{{"name", text_at(item.as_object(), "agreement")},
                                       {"count", number_at(item.as_object(), "practices")}});
  view.model = {{"numbers", std::move(numbers)},
                {"given", adoption_rows(visit, array_at(body, "given"))},
                {"taken", adoption_rows(visit, array_at(body, "taken"))},
                {"has_goals", !goals.empty()},
                {"goals", std::move(goals)},
                {"has_commitments", !commitments.empty()},
                {"commitments", std::move(commitments)},
                {"printed", visit.words->date(frame_.shared().parts.clock.wall())}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> CityPages::map(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "getMap");
  if (!found.ok()) co_return frame_.sorry(visit, found);
  std::map<std::string, std::pair<double, double>> places;
  json::array points;
  for (const auto& item : array_at(found.body, "cities")) {
    const json::object& one = item.as_object();
    const auto* latitude = one.if_contains("latitude");
    const auto* longitude = one.if_contains("longitude");
    if (latitude == nullptr || longitude == nullptr) continue;
    const std::string city = text_at(one, "city");
    const double x = map_x(longitude->to_number<double>());
    const double y = map_y(latitude->to_number<double>());
    places[city] = {x, y};
    points.push_back(json::object{{"city", city},
                                  {"name", text_at(one, "name").empty() ? city : text_at(one, "name")},
                                  {"x", x},
                                  {"y", y}});
  }
  std::map<std::pair<std::string, std::string>, std::int64_t> arcs;
  for (const auto& item : array_at(found.body, "adoptions"))
    ++arcs[{text_at(item.as_object(), "from"), text_at(item.as_object(), "to")}];
  json::array lines;
  for (const auto& [ends, count] : arcs) {
    const auto from = places.find(ends.first);
    const auto to = places.find(ends.second);
    if (from == places.end() || to == places.end() || from == to) continue;
    const auto [x1, y1] = from->second;
    const auto [x2, y2] = to->second;
    const double bend = std::round(std::abs(x2 - x1) * 2) / 10;  // so that both ways can be told apart
    lines.push_back(json::object{
        {"path", "M" + json::serialize(json::value(x1)) + " " + json::serialize(json::value(y1)) + "Q" +
                     json::serialize(json::value(std::round((x1 + x2) * 5) / 10)) + " " +
                     json::serialize(json::value(std::round(((y1 + y2) / 2 - bend) * 10) / 10)) + " " +
                     json::serialize(json::value(x2)) + " " + json::serialize(json::value(y2))},
        {"title", visit.say("map.line", {{"from", ends.first}, {"to", ends.second}, {"count", count}})}});
  }
  PageView view{"map", visit.say("map.title"), {}, 200, "", ""};
  view.model = {{"points", std::move(points)},
                {"lines", std::move(lines)},
                {"coast", asset_path("world.svg")},
                {"rows", adoption_rows(visit, array_at(found.body, "adoptions"))}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
