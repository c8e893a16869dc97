// The figures behind the pictures: how practices went, what they cost, who vouches for whom, and how the node
// was in the last day.
//
// On the reading thread of its parts; the graph of trust is asked for on the network's thread.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/figures_view.h"
#include "node/text/params.h"

namespace koinon {

// So many cities the graph of trust has at most.
inline constexpr std::size_t kGraphCities = 60;

struct FiguresQuery {
  std::string topic;  // with everything below it; empty: all
};
// Reads topic.
Result<FiguresQuery> read_figures_query(const Params& params);

struct GraphCity {
  std::string city;
  std::string name;  // the name in its profile; empty: it has not stated one
  std::size_t hops = 0;
};

struct GraphVouch {
  std::size_t from = 0;  // cities of the graph, by place
  std::size_t to = 0;
  bool peer_alone = false;  // of our own: it is a peer, and we do not vouch for it
};

struct TrustGraphView {
  bool observer = false;          // then our own city is not the first
  std::vector<GraphCity> cities;  // the nearest first
  std::vector<GraphVouch> vouches;
  std::size_t trusted = 0;  // cities, in the graph or not
};

struct MeasuresView {
  std::vector<MeasureSample> samples;  // the oldest first
};

class FiguresApi {
 public:
  explicit FiguresApi(ApiParts& parts);

  const Operation<FiguresQuery, FiguresView> get;
  const Operation<NamedRecord, AdoptionFigures> of_practice;
  const Operation<Nothing, TrustGraphView> trust_graph;
  const Operation<Nothing, MeasuresView> measures;

 private:
  Result<FiguresView> figures(const Asker& asker, const FiguresQuery& query);
  Result<AdoptionFigures> figures_of(const Asker& asker, const NamedRecord& named);
  boost::asio::awaitable<Result<TrustGraphView>> graph(Asker asker, Nothing query);
  Result<MeasuresView> last_day(const Asker& asker, const Nothing& query);

  ApiParts& parts_;
};

}  // namespace koinon
