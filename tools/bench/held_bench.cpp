#include "tools/bench/held_bench.h"

#include <numeric>

#include <boost/json.hpp>

#include "tools/bench/fill.h"
#include "tools/bench/latencies.h"
#include "tools/bench/processes.h"
#include "tools/bench/visitor.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kWarm = 20;
constexpr std::uint64_t kReplies = 20;

Result<json::object> ask(Visitor& visitor, const std::string& target, std::size_t requests) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < requests + kWarm; ++i) {
    KOINON_ASSIGN(const auto answer, visitor.get(target));
    if (answer.status != 200)
      return fail(Code::kUnavailable, "it was answered with " + std::to_string(answer.status), target);
    if (i >= kWarm) seconds.push_back(answer.seconds);
  }
  const double all = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  json::object out = spread_of(std::move(seconds));
  out["per_second"] = static_cast<double>(requests) / all;
  return out;
}

Result<json::object> measure(const HeldBenchOptions& options, std::uint64_t notes, std::uint64_t replies) {
  const Workplace place;
  const auto data = place.path() / "node";
  KOINON_TRY(make_node(data, "city.example"));
  KOINON_TRY(fill_store(DataFolder(data), {0, notes, 600, replies}));
  const NodeProcess node(options.koinond, data,
                         {"--http-listen", "127.0.0.1", "--http-port", "0", "--http-public"});
  if (!node.started()) return fail(Code::kIo, "koinond could not be started", options.koinond.string());
  KOINON_ASSIGN(const std::uint16_t port, node.http_port());
  KOINON_ASSIGN(const double indexing, wait_for_index(ApiClient(data)));
  json::object out{{"notes", notes}, {"indexing_s", indexing}};
  const std::string note = "city.example/" + std::to_string(notes / 2);
  const std::vector<std::pair<const char*, std::string>> targets = {{"first_page", "/"},
                                                                    {"note_page", "/records/" + note},
                                                                    {"feed", "/feeds/all.atom"},
                                                                    {"record", "/api/v1/records/" + note},
                                                                    {"limit_empty_request", "/healthz"}};
  std::size_t number = 0;
  for (const auto& [name, target] : targets) {
    Visitor visitor("127.0.1." + std::to_string(++number),
                    port);  // each address asks little, so that none is slowed down
    KOINON_ASSIGN(out[name], ask(visitor, target, options.requests));
  }
  out["resident_bytes"] = node.resident_bytes();
  return out;
}

}  // namespace

Result<json::object> measure_held(const HeldBenchOptions& options) {
  KOINON_ASSIGN(json::object few, measure(options, options.few, 0));
  KOINON_ASSIGN(json::object many, measure(options, options.many, 0));
  return json::object{{"few", std::move(few)}, {"many", std::move(many)}};
}

Result<json::object> measure_pages(const HeldBenchOptions& options) {
  return measure(options, options.few, kReplies);
}

}  // namespace koinon
