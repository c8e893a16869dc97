#include "node/api/overview_json.h"

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/overview_api.h"
#include "node/api/query_params.h"
#include "node/api/record_json.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object adoption_json(const AdoptionView& view) {
  json::object out = summary_json(view.note);
  out["stage"] = view.stage;
  out["outcome"] = view.outcome;
  out["of"] = view.of;
  out["of_title"] = view.of_title;
  return out;
}

json::array adoptions_json(const std::vector<AdoptionView>& views) {
  json::array out;
  for (const AdoptionView& view : views) out.push_back(adoption_json(view));
  return out;
}

// After what says whom it serves.
json::object served_json(json::object out, const ServedView& served) {
  out["practices"] = served.practices;
  out["adoptions"] = served.adoptions;
  json::object outcomes;
  for (const auto& [outcome, count] : served.outcomes) outcomes[outcome] = count;
  out["outcomes"] = std::move(outcomes);
  return out;
}

HttpResponse impact_answer(const ApiRequest& request, const ImpactView& view) {
  json::array goals;
  for (const auto& [goal, served] : view.goals) goals.push_back(served_json({{"goal", goal}}, served));
  json::array commitments;
  for (const auto& [name, served] : view.commitments)
    commitments.push_back(served_json({{"agreement", name}}, served));
  return conditional(request, json_response({{"practices", view.practices},
                                             {"given", adoptions_json(view.given)},
                                             {"cities_that_took", view.cities_that_took},
                                             {"taken", adoptions_json(view.taken)},
                                             {"questions_answered", view.questions_answered},
                                             {"goals", std::move(goals)},
                                             {"commitments", std::move(commitments)}}));
}

HttpResponse follow_ups_answer(const ApiRequest&, const std::vector<FollowUpView>& view) {
  json::array items;
  for (const FollowUpView& one : view) {
    items.push_back(json::object{{"of", one.of},
                                 {"title", one.title},
                                 {"months", one.months},
                                 {"stage", one.stage},
                                 {"last", one.last}});
  }
  return json_response({{"items", std::move(items)}});
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
  json::array links;
  for (const AdoptionView& adoption : view.adoptions) {
    json::object link = adoption_json(adoption);
    link["from"] = adoption.of_city;
    link["to"] = adoption.note.city;
    links.push_back(std::move(link));
  }
  return conditional(request,
                     json_response({{"cities", std::move(cities)}, {"adoptions", std::move(links)}}));
}

}  // namespace

void add_overview_routes(RouteTable& routes, CallGate& gate, const OverviewApi& overview) {
  add_route(routes, gate, overview.impact, read_nothing, impact_answer);
  add_route(routes, gate, overview.follow_ups, read_nothing, follow_ups_answer);
  add_route(routes, gate, overview.map, read_nothing, map_answer);
}

}  // namespace koinon
