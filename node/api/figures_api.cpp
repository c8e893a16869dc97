#include "node/api/figures_api.h"

#include <map>

#include "node/api/network_questions.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;

Result<FiguresQuery> read_figures_query(const Params& params) {
  const std::string topic = param(params, "topic");
  return FiguresQuery{topic.empty() ? topic : Vocabulary::builtin().canonical(topic)};
}

FiguresApi::FiguresApi(ApiParts& parts)
    : get({.method = "GET",
           .pattern = "/api/v1/figures",
           .need = Need::kReading,
           .id = "getFigures",
           .tag = "reading",
           .summary = "When practices were taken up, how that went in which cities, and what practices cost",
           .query = {"topic"},
           .gives = "Figures"},
          this, &FiguresApi::figures),
      of_practice({.method = "GET",
                   .pattern = "/api/v1/records/{city}/{index}/figures",
                   .need = Need::kReading,
                   .id = "getPracticeFigures",
                   .tag = "reading",
                   .summary = "When a practice was taken up, and how that went in which cities",
                   .gives = "AdoptionFigures"},
                  this, &FiguresApi::figures_of),
      trust_graph({.method = "GET",
                   .pattern = "/api/v1/trust-graph",
                   .need = Need::kReading,
                   .id = "getTrustGraph",
                   .tag = "reading",
                   .summary = "The cities that are nearest by trust, and which of them vouch for which",
                   .gives = "TrustGraph"},
                  this, &FiguresApi::graph),
      measures({.method = "GET",
                .pattern = "/api/v1/measures",
                .need = Need::kOperator,
                .id = "getMeasures",
                .tag = "operating",
                .summary = "How far the node was behind in the last day, and what it exchanged with peers",
                .gives = "Measures"},
               this, &FiguresApi::last_day),
      parts_(parts) {}

Result<FiguresView> FiguresApi::figures(const Asker&, const FiguresQuery& query) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  return read_figures(directory, *parts_.index, query.topic, parts_.clock.wall());
}

Result<AdoptionFigures> FiguresApi::figures_of(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  return read_adoption_figures(*parts_.index, found, parts_.clock.wall());
}

asio::awaitable<Result<TrustGraphView>> FiguresApi::graph(Asker, Nothing) {
  const auto own = parts_.facts.log();
  const TrustGraph found = co_await parts_.network.graph(own, kGraphCities);
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  TrustGraphView out;
  out.observer = !own;
  out.trusted = found.trusted;
  std::map<LogId, std::size_t> places;
  for (const TrustGraph::City& city : found.cities) {
    places.emplace(city.log, out.cities.size());
    out.cities.push_back({directory.city(city.log), directory.display_name(city.log), city.hops});
  }
  for (const TrustGraph::Vouch& vouch : found.vouches)
    out.vouches.push_back({places.at(vouch.from), places.at(vouch.to), vouch.peer_alone});
  co_return out;
}

Result<MeasuresView> FiguresApi::last_day(const Asker&, const Nothing&) {
  return MeasuresView{parts_.commons.measures.samples()};
}

}  // namespace koinon
