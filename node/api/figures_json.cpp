#include "node/api/figures_json.h"

#include <boost/json.hpp>

#include "node/api/figures_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::object told_json(const ToldCounts& counts) {
  json::object out;
  for (std::size_t i = 0; i < kTold; ++i) out[told_text(static_cast<Told>(i))] = counts.at(i);
  return out;
}

template <std::size_t size>
json::array groups_json(const std::array<ToldCounts, size>& groups, std::string_view (*name)(std::size_t)) {
  json::array out;
  for (std::size_t i = 0; i < size; ++i) {
    json::object one = told_json(groups.at(i));
    one["group"] = name(i);
    out.push_back(std::move(one));
  }
  return out;
}

// 2020-03
std::string month_text(MonthNumber month) {
  const std::string number = std::to_string(month % 12 + 1);
  return std::to_string(month / 12) + (number.size() == 1 ? "-0" : "-") + number;
}

json::object adoptions_json(const AdoptionFigures& figures) {
  json::array months;
  for (const auto& [month, counts] : figures.months) {
    json::object one = told_json(counts);
    one["month"] = month_text(month);
    months.push_back(std::move(one));
  }
  return {{"adoptions", total_of(figures.all)},
          {"cities", figures.cities},
          {"practices", figures.practices},
          {"all", told_json(figures.all)},
          {"months", std::move(months)},
          {"undated", figures.undated},
          {"population", groups_json(figures.population, population_band_text)},
          {"climate", groups_json(figures.climate, climate_group_text)},
          {"income", groups_json(figures.income, income_group_text)}};
}

HttpResponse practice_answer(const ApiRequest& request, const AdoptionFigures& view) {
  return conditional(request, json_response(adoptions_json(view)));
}

HttpResponse figures_answer(const ApiRequest& request, const FiguresView& view) {
  json::array points;
  for (const CostNote& note : view.notes)
    points.push_back(json::object{{"ref", note.ref},
                                  {"city", note.city},
                                  {"title", note.title},
                                  {"dollars", note.dollars},
                                  {"population", note.population}});
  json::object costs{{"points", std::move(points)},
                     {"left_out", view.costs.left_out},
                     {"practices", view.costs.practices},
                     {"not_said", view.costs.not_said},
                     {"not_converted", view.costs.not_converted},
                     {"no_population", view.costs.no_population}};
  return conditional(request, json_response({{"topic", view.topic},
                                             {"taken_up", adoptions_json(view.adoptions)},
                                             {"costs", std::move(costs)}}));
}

HttpResponse graph_answer(const ApiRequest& request, const TrustGraphView& view) {
  json::array cities;
  for (const GraphCity& city : view.cities)
    cities.push_back(json::object{{"city", city.city}, {"name", city.name}, {"hops", city.hops}});
  json::array vouches;
  for (const GraphVouch& vouch : view.vouches)
    vouches.push_back(json::object{{"from", view.cities[vouch.from].city},
                                   {"to", view.cities[vouch.to].city},
                                   {"peer_alone", vouch.peer_alone}});
  return conditional(request, json_response({{"observer", view.observer},
                                             {"cities", std::move(cities)},
                                             {"vouches", std::move(vouches)},
                                             {"trusted", view.trusted}}));
}

HttpResponse measures_answer(const ApiRequest&, const MeasuresView& view) {
  json::array samples;
  for (const MeasureSample& one : view.samples)
    samples.push_back(json::object{{"at", time_text(one.at)},
                                   {"peers_connected", one.peers_connected},
                                   {"entries_behind", one.entries_behind},
                                   {"bodies_missing", one.bodies_missing},
                                   {"index_lag", one.index_lag},
                                   {"bytes_in", one.bytes_in},
                                   {"bytes_out", one.bytes_out}});
  return json_response({{"samples", std::move(samples)}});
}

Result<FiguresQuery> wanted_figures(const ApiRequest& request) {
  return read_figures_query({{"topic", request.param("topic")}});
}

}  // namespace

void add_figures_routes(RouteTable& routes, CallGate& gate, const FiguresApi& figures) {
  add_route(routes, gate, figures.get, wanted_figures, figures_answer);
  add_route(routes, gate, figures.of_practice, record_arg, practice_answer);
  add_route(routes, gate, figures.trust_graph, read_nothing, graph_answer);
  add_route(routes, gate, figures.measures, read_nothing, measures_answer);
}

}  // namespace koinon
