#include "node/api/http_measures.h"

#include <string>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace koinon {
namespace {

// Seconds. Few: each is a line for each route that was ever asked for.
const prometheus::Histogram::BucketBoundaries& buckets() {
  static const prometheus::Histogram::BucketBoundaries kBuckets = {0.005, 0.025, 0.1, 0.5, 2.5, 10};
  return kBuckets;
}

// 2xx
std::string class_of(unsigned status) { return std::to_string(status / 100) + "xx"; }

}  // namespace

struct HttpMeasures::Kept {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("koinon_http_requests_total")
          .Help("Requests that were answered, by the route's name and the class of the answer's status")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("koinon_http_request_duration_seconds")
          .Help("Time from a request's header to the beginning of its answer, by the route's name")
          .Register(registry);
};

HttpMeasures::HttpMeasures() : kept_(std::make_unique<Kept>()) {}
HttpMeasures::~HttpMeasures() = default;

void HttpMeasures::count(const Exchange& exchange) {
  const std::string route = exchange.route.empty() ? "unserved" : exchange.route;
  kept_->requests.Add({{"route", route}, {"status", class_of(exchange.status)}}).Increment();
  if (!exchange.streams)
    kept_->durations.Add({{"route", route}}, buckets())
        .Observe(std::chrono::duration<double>(exchange.took).count());
}

std::vector<prometheus::MetricFamily> HttpMeasures::collect() const { return kept_->registry.Collect(); }

}  // namespace koinon
