#include "tools/bench/overview_bench.h"

#include <boost/json.hpp>

#include "tools/bench/latencies.h"
#include "tools/bench/processes.h"
#include "tools/bench/visitor.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr double kWantedMs = 50;  // at the 99th of 100
constexpr std::size_t kWarmRounds = 5;

struct Page {
  const char* name;
  std::string target;
};

// The graph of trust stands on the page of cities.
std::vector<Page> pages() {
  const std::string topic = kBenchTopic;
  return {{"ties", "/ties"},
          {"ties_of_a_country", "/ties?country_from=KR"},
          {"ties_of_a_topic", "/ties?topic=" + topic},
          {"ties_of_an_agreement", "/ties?agreement=Agreement+1&group=agreement"},
          {"ties_by_city_40", "/ties?group=city&axis=40"},
          {"ties_of_a_cell", "/ties?row=KR&column=IT"},
          {"ties_briefing", "/ties?print=yes"},
          {"ties_json", "/api/v1/ties?limit=100"},
          {"impact", "/impact"},
          {"impact_of_a_period", "/impact?year_from=2019&year_to=2021"},
          {"map", "/map"},
          {"map_of_a_topic", "/map?topic=" + topic},
          {"pictures", "/pictures"},
          {"pictures_of_a_topic", "/pictures?topic=" + topic},
          {"trust_graph", "/cities"},
          {"trust_graph_json", "/api/v1/trust-graph"}};
}

Result<json::object> measure(Visitor& visitor, const std::string& target, std::size_t requests) {
  std::vector<double> seconds;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < requests + kWarmRounds; ++i) {
    KOINON_ASSIGN(const auto answer, visitor.get(target));
    if (answer.status != 200)
      return fail(Code::kUnavailable, "it was answered with " + std::to_string(answer.status), target);
    bytes = answer.bytes;
    if (i >= kWarmRounds) seconds.push_back(answer.seconds);
  }
  json::object out = spread_of(std::move(seconds));
  out["bytes"] = bytes;
  return out;
}

}  // namespace

Result<json::object> measure_overviews(const OverviewBenchOptions& options) {
  const Workplace place;
  const auto data = place.path() / "node";
  KOINON_TRY(make_node(data, "city.example"));
  KOINON_TRY(fill_ties(DataFolder(data), options.contents));
  const NodeProcess node(options.koinond, data,
                         {"--http-listen", "127.0.0.1", "--http-port", "0", "--http-public"});
  if (!node.started()) return fail(Code::kIo, "koinond could not be started", options.koinond.string());
  KOINON_ASSIGN(const std::uint16_t port, node.http_port());
  KOINON_ASSIGN(const double indexing, wait_for_index(ApiClient(data)));
  json::object out{{"cities", options.contents.cities},
                   {"notes", options.contents.notes},
                   {"indexing_s", indexing},
                   {"wanted_p99_ms", kWantedMs}};
  // Each address asks little, so that none is slowed down.
  std::size_t number = 0;
  const auto visitor = [&] { return Visitor("127.0.2." + std::to_string(++number), port); };
  Visitor first = visitor();
  KOINON_ASSIGN(const auto loaded, first.get("/ties"));
  out["first_page_ms"] = loaded.seconds * 1000;
  Visitor empty = visitor();
  KOINON_ASSIGN(out["limit_empty_request"], measure(empty, "/healthz", options.requests));
  bool all = true;
  for (const Page& page : pages()) {
    Visitor one = visitor();
    KOINON_ASSIGN(json::object figures, measure(one, page.target, options.requests));
    const bool within = options.requests > 0 && figures.at("p99_ms").to_number<double>() < kWantedMs;
    figures["within"] = within;
    all = all && within;
    out[page.name] = std::move(figures);
  }
  out["all_within"] = all;
  out["resident_bytes"] = node.resident_bytes();
  return out;
}

}  // namespace koinon
