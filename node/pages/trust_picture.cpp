#include "node/pages/trust_picture.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/drawing/graph.h"
#include "node/pages/city_names.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kMostLayers = 4;  // more columns have no room for names
constexpr std::size_t kNamesShown = 6;  // of those who vouch for a city, in the table

// Of each city, who in the graph vouches for it.
std::vector<std::vector<std::size_t>> vouchers_of(const TrustGraphView& graph) {
  std::vector<std::vector<std::size_t>> out(graph.cities.size());
  for (const GraphVouch& vouch : graph.vouches) {
    if (!vouch.peer_alone) out[vouch.to].push_back(vouch.from);
  }
  return out;
}

std::string steps_text(const Visit& visit, std::size_t hops) {
  return hops == 0 ? visit.say("graph.us") : visit.say("graph.steps", {{"count", shown_count(hops)}});
}

std::string names_text(const Visit& visit, const std::vector<std::size_t>& cities,
                       const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(cities.size(), kNamesShown); ++i)
    out += (out.empty() ? "" : visit.say("graph.comma")) + names[cities[i]];
  if (cities.size() <= kNamesShown) return out;
  return visit.say("graph.and_more", {{"names", out}, {"count", shown_count(cities.size() - kNamesShown)}});
}

// An observer has no log of its own: it stands there without one, and its peers are one step away.
void put_graph(const Visit& visit, const TrustGraphView& graph, const std::vector<std::string>& names,
               GraphPicture& out) {
  const std::size_t first = graph.observer ? 1 : 0;
  std::size_t farthest = 0;
  if (graph.observer) out.nodes.push_back({visit.say("graph.us"), visit.say("graph.us"), {}, 0});
  for (std::size_t i = 0; i < graph.cities.size(); ++i) {
    const GraphCity& city = graph.cities[i];
    farthest = std::max(farthest, city.hops);
    out.nodes.push_back({names[i], names[i] + " (" + city.city + "): " + steps_text(visit, city.hops),
                         "/cities/" + city.city, city.hops});
    if (graph.observer && city.hops == 1) out.edges.push_back({0, out.nodes.size() - 1, true});
  }
  for (std::size_t i = 0; i <= std::min(farthest, kMostLayers - 1); ++i)
    out.layers.push_back(steps_text(visit, i));
  for (const GraphVouch& vouch : graph.vouches)
    out.edges.push_back({vouch.from + first, vouch.to + first, vouch.peer_alone});
}

}  // namespace

json::object trust_picture(PageFrame& frame, const Visit& visit, const TrustGraphView& graph) {
  CityNames of(frame.shared(), visit.words->tag());
  std::vector<std::string> names;
  for (const GraphCity& city : graph.cities) names.push_back(of.of(city.city));
  const auto vouchers = vouchers_of(graph);
  const bool ours = !graph.observer && !graph.cities.empty();
  ShownPicture out;
  out.shape = "wide";
  out.text = picture_text(visit, "p-trust", visit.say("graph.title"),
                          visit.say("graph.told", {{"shown", shown_count(graph.cities.size())},
                                                   {"trusted", shown_count(graph.trusted)},
                                                   {"us", shown_count(ours ? vouchers.front().size() : 0)}}));
  GraphPicture picture{out.text, {}, {}, {}};
  put_graph(visit, graph, names, picture);
  out.svg = draw_graph(picture);
  const std::size_t left_out = graph.trusted - std::min(graph.trusted, graph.cities.size());
  out.notes = {visit.say("graph.lines"),
               left_out == 0 ? "" : visit.say("graph.left_out", {{"count", shown_count(left_out)}})};
  out.head = {visit.say("cities.city"), visit.say("graph.how_far"), visit.say("graph.vouched_by")};
  for (std::size_t i = 0; i < graph.cities.size(); ++i)
    out.rows.push_back({{names[i], "/cities/" + graph.cities[i].city},
                        {steps_text(visit, graph.cities[i].hops)},
                        {names_text(visit, vouchers[i], names)}});
  return picture_model(std::move(out));
}

}  // namespace koinon
