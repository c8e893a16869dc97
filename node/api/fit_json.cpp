#include "node/api/fit_json.h"

#include <boost/json.hpp>

#include "node/api/fit_api.h"
#include "node/api/json_response.h"
#include "node/api/measures_json.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::array compared_json(const CityFit& fit) {
  json::array out;
  for (const MeasureFit& one : fit) {
    json::object item{{"measure", one.measure}, {"verdict", verdict_text(one.verdict)}};
    if (one.times > 0) item["times"] = one.times;
    out.push_back(std::move(item));
  }
  return out;
}

json::object tried_json(const FitView& view) {
  json::object out{{"cities", view.tried}};
  for (const Outcome outcome : {Outcome::kWorked, Outcome::kPartly, Outcome::kDidNot, Outcome::kTooEarly})
    out[outcome_text(outcome)] = view.outcomes.at(static_cast<std::size_t>(outcome));
  out["not-said"] = view.outcomes.at(static_cast<std::size_t>(Outcome::kNone));
  out["stopped"] = view.stopped;
  return out;
}

json::array nearest_json(const std::vector<NearAdopter>& nearest) {
  json::array out;
  for (const NearAdopter& one : nearest)
    out.push_back(json::object{{"ref", one.ref},
                               {"city", one.city},
                               {"city_name", one.city_name},
                               {"stage", one.stage},
                               {"outcome", one.outcome},
                               {"changes", one.changes},
                               {"language", one.language}});
  return out;
}

json::object facts_json(const FitFacts& facts) {
  json::object out;
  if (facts.amount > 0) out["cost"] = json::object{{"amount", facts.amount}, {"currency", facts.currency}};
  if (!facts.staff.empty()) out["staff"] = facts.staff;
  if (!facts.time_to_launch.empty()) out["time_to_launch"] = facts.time_to_launch;
  if (facts.evidence > 0) out["evidence"] = facts.evidence;
  if (!facts.core.empty()) out["core"] = facts.core;
  json::array needs;
  for (const FitNeed& need : facts.needs)
    needs.push_back(json::object{{"what", need.what}, {"text", need.text}});
  out["needs"] = std::move(needs);
  return out;
}

}  // namespace

json::object fit_json(const FitView& view) {
  return {{"ref", view.ref},
          {"city", view.city},
          {"city_name", view.city_name},
          {"ours", view.is_ours},
          {"theirs", measures_json(view.theirs)},
          {"us", measures_json(view.ours)},
          {"compared", compared_json(view.fit)},
          {"text", fit_sentence(view.fit)},
          {"tried", tried_json(view)},
          {"nearest", nearest_json(view.nearest)},
          {"takes", facts_json(view.facts)}};
}

namespace {

HttpResponse fit_answer(const ApiRequest& request, const FitView& view) {
  return conditional(request, json_response(fit_json(view)));
}

}  // namespace

void add_fit_routes(RouteTable& routes, CallGate& gate, const FitApi& fit) {
  add_route(routes, gate, fit.get, record_arg, fit_answer);
}

}  // namespace koinon
