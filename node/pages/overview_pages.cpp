#include "node/pages/overview_pages.h"

#include <cmath>
#include <map>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/pages/note_view.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// Of a city's name on the map, in its degrees.
constexpr double kLabelWidth = 24;
constexpr double kLabelHeight = 4.5;

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

// "2 worked, 1 partly" of what serves a goal or a commitment.
std::string outcomes_text(const Visit& visit, const json::object& served) {
  std::string out;
  const json::object& outcomes = object_at(served, "outcomes");
  for (const std::string outcome : {"worked", "partly", "did-not", "too-early"}) {
    const std::int64_t count = number_at(outcomes, outcome);
    if (count > 0)
      out += (out.empty() ? "" : " · ") + visit.say("outcome." + outcome) + ": " +
             visit.words->number(static_cast<double>(count));
  }
  return out;
}

json::object served_row(const Visit& visit, const std::string& name, const json::object& served) {
  const auto count = [&](const char* member) {
    return visit.words->number(static_cast<double>(number_at(served, member)));
  };
  return {{"name", name},
          {"practices", count("practices")},
          {"adoptions", count("adoptions")},
          {"outcomes", outcomes_text(visit, served)}};
}

}  // namespace

void OverviewPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/impact", Need::kReading, "showImpact", "What our city gave and took",
             [this](Visit visit) { return impact(std::move(visit)); });
  frame_.get(routes, "/map", Need::kReading, "showMap", "Who adopted what from whom",
             [this](Visit visit) { return map(std::move(visit)); });
}

asio::awaitable<HttpResponse> OverviewPages::impact(Visit visit) {
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
    json::object row = served_row(visit, visit.say("sdg." + goal), item.as_object());
    row["goal"] = goal;
    goals.push_back(std::move(row));
  }
  json::array commitments;
  for (const auto& item : array_at(body, "commitments"))
    commitments.push_back(served_row(visit, text_at(item.as_object(), "agreement"), item.as_object()));
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

asio::awaitable<HttpResponse> OverviewPages::map(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "getMap");
  if (!found.ok()) co_return frame_.sorry(visit, found);
  std::map<std::string, std::pair<double, double>> places;
  std::vector<std::pair<double, double>> labels;
  json::array points;
  for (const auto& item : array_at(found.body, "cities")) {
    const json::object& one = item.as_object();
    const auto* latitude = one.if_contains("latitude");
    const auto* longitude = one.if_contains("longitude");
    if (latitude == nullptr || longitude == nullptr) continue;
    const std::string city = text_at(one, "city");
    const double x = map_x(longitude->to_number<double>());
    const double y = map_y(latitude->to_number<double>());
    // Neighbours' names stand one below the other.
    double below = y;
    for (const auto& label : labels) {
      if (std::abs(label.first - x) < kLabelWidth && std::abs(label.second - below) < kLabelHeight)
        below = label.second + kLabelHeight;
    }
    labels.emplace_back(x, below);
    places[city] = {x, y};
    points.push_back(json::object{{"city", city},
                                  {"name", text_at(one, "name").empty() ? city : text_at(one, "name")},
                                  {"x", x},
                                  {"y", y},
                                  {"label_y", std::round(below * 10) / 10}});
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
