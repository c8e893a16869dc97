#include "node/api/overview_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/overview_api.h"
#include "node/api/query_params.h"
#include "node/api/record_json.h"
#include "node/api/ties_csv.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object adoption_json(const AdoptionView& view) {
  json::object out = summary_json(view.note);
  out["stage"] = view.stage;
  out["outcome"] = view.outcome;
  out["of"] = view.of;
  out["of_title"] = view.of_title;
  out["from"] = view.of_city;
  out["to"] = view.note.city;
  if (view.year > 0) out["year"] = view.year;
  if (!view.told.empty()) out["told"] = view.told;
  return out;
}

json::array adoptions_json(const std::vector<AdoptionView>& views) {
  json::array out;
  for (const AdoptionView& view : views) out.push_back(adoption_json(view));
  return out;
}

// Those that nobody has are left out; `none`: they state none.
json::object outcomes_json(const TieOutcomes& outcomes) {
  json::object out;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcomes.at(i) > 0)
      out[outcome == Outcome::kNone ? std::string_view("none") : outcome_text(outcome)] = outcomes.at(i);
  }
  return out;
}

// After what says whom it serves.
json::object served_json(json::object out, const ServedFigures& served) {
  out["practices"] = served.practices;
  out["adoptions"] = served.ties;
  out["outcomes"] = outcomes_json(served.outcomes);
  return out;
}

json::object people_json(const PeopleReached& reached, const std::vector<ReachedWords>& words) {
  json::array said;
  for (const ReachedWords& one : words)
    said.push_back(json::object{{"ref", one.ref},
                                {"city", one.city},
                                {"title", one.title},
                                {"text", one.text},
                                {"language", one.language}});
  return {{"people", reached.people},
          {"notes", reached.notes},
          {"in_words", reached.in_words},
          {"said", std::move(said)}};
}

HttpResponse impact_answer(const ApiRequest& request, const ImpactView& view) {
  const ImpactFigures& figures = view.figures;
  json::array goals;
  for (const auto& [goal, served] : figures.goals) goals.push_back(served_json({{"goal", goal}}, served));
  json::array commitments;
  for (const auto& [name, served] : figures.agreements)
    commitments.push_back(served_json({{"agreement", name}}, served));
  return conditional(
      request, json_response({{"practices", figures.practices},
                              {"given", adoptions_json(view.given)},
                              {"given_total", figures.given},
                              {"given_outcomes", outcomes_json(figures.given_outcomes)},
                              {"cities_that_took", figures.learning},
                              {"taken", adoptions_json(view.taken)},
                              {"taken_total", figures.taken},
                              {"taken_outcomes", outcomes_json(figures.taken_outcomes)},
                              {"questions_answered", figures.answered},
                              {"people_reached",
                               json::object{{"at_home", people_json(figures.at_home, view.at_home)},
                                            {"elsewhere", people_json(figures.elsewhere, view.elsewhere)},
                                            {"by_taken", people_json(figures.by_taken, view.by_taken)}}},
                              {"more", figures.more},
                              {"goals", std::move(goals)},
                              {"commitments", std::move(commitments)}}));
}

HttpResponse map_answer(const ApiRequest& request, const MapView& view) {
  json::array cities;
  for (const PlaceView& place : view.cities) {
    json::object city{{"city", place.city}, {"name", place.name}};
    if (place.where) {
      city["latitude"] = place.where->latitude;
      city["longitude"] = place.where->longitude;
    }
    cities.push_back(std::move(city));
  }
  json::array lines;
  for (const MapLine& line : view.lines)
    lines.push_back(json::object{{"from", line.from},
                                 {"to", line.to},
                                 {"ties", line.ties},
                                 {"outcomes", outcomes_json(line.outcomes)}});
  return conditional(request, json_response({{"cities", std::move(cities)},
                                             {"total", view.total},
                                             {"more", view.more},
                                             {"lines", std::move(lines)},
                                             {"lines_left_out", view.lines_left_out},
                                             {"adoptions", adoptions_json(view.adoptions)}}));
}

json::array axis_json(const std::vector<TieAxisView>& axis) {
  json::array out;
  for (const TieAxisView& item : axis) out.push_back(json::object{{"key", item.key}, {"ties", item.ties}});
  return out;
}

json::object ties_json(const TiesView& view) {
  const TiesPage& figures = view.figures;
  json::array cells;
  for (const auto& row : figures.matrix.cells) cells.push_back(json::array(row.begin(), row.end()));
  json::array years;
  for (const auto& [year, outcomes] : figures.years) {
    json::object item;
    if (year > 0) item["year"] = year;
    item["outcomes"] = outcomes_json(outcomes);
    years.push_back(std::move(item));
  }
  json::array most_taken;
  for (const TiedPracticeView& practice : view.most_taken)
    most_taken.push_back(json::object{{"ties", practice.ties},
                                      {"outcomes", outcomes_json(practice.outcomes)},
                                      {"telling", adoption_json(practice.telling)}});
  json::object out{{"total", figures.total},
                   {"outcomes", outcomes_json(figures.outcomes)},
                   {"cities_teaching", figures.teaching},
                   {"cities_learning", figures.learning},
                   {"practices", figures.practices},
                   {"more", figures.more},
                   {"group", group_text(view.group)},
                   {"matrix", json::object{{"rows", axis_json(view.rows)},
                                           {"columns", axis_json(view.columns)},
                                           {"cells", std::move(cells)}}},
                   {"years", std::move(years)},
                   {"most_taken", std::move(most_taken)},
                   {"listed", figures.listed},
                   {"items", adoptions_json(view.ties)}};
  if (view.next) out["next"] = std::to_string(*view.next);
  return out;
}

HttpResponse ties_answer(const ApiRequest& request, const TiesView& view) {
  return conditional(request, json_response(ties_json(view)));
}

HttpResponse ties_csv_answer(const ApiRequest& request, const TiesView& view) {
  const bool matrix = request.param("table") == "matrix";
  HttpResponse out{200, "text/csv; charset=utf-8", matrix ? matrix_csv(view) : ties_csv(view), {}};
  out.headers["Content-Disposition"] =
      std::string("attachment; filename=\"") + (matrix ? "koinon-ties-matrix" : "koinon-ties") + ".csv\"";
  if (view.next) out.headers["X-Next-Cursor"] = std::to_string(*view.next);
  return conditional(request, tagged(std::move(out)));
}

Result<TiesSearch> read_csv_search(const ApiRequest& request) {
  KOINON_ASSIGN(TiesSearch out, read_ties_search(request.query, limits::kTieExport, limits::kTieExport));
  out.told = false;
  // Of the matrix no note is read.
  if (request.param("table") == "matrix") out.query.limit = 0;
  return out;
}

}  // namespace

void add_overview_routes(RouteTable& routes, CallGate& gate, const OverviewApi& overview) {
  add_route(
      routes, gate, overview.impact,
      +[](const ApiRequest& request) { return read_impact_search(request.query); }, impact_answer);
  add_route(
      routes, gate, overview.map, +[](const ApiRequest& request) { return read_map_search(request.query); },
      map_answer);
  add_route(
      routes, gate, overview.ties,
      +[](const ApiRequest& request) {
        return read_ties_search(request.query, limits::kPageSize, limits::kPageSizeMax);
      },
      ties_answer);
  add_route(routes, gate, overview.ties_csv, read_csv_search, ties_csv_answer);
}

}  // namespace koinon
