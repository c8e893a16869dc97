// Counts requests and how long their answers take, for Prometheus: by the route's name and the answer's class
// of status, of which there are so many and no more, whatever strangers ask for. In memory, since the start.
//
// Any thread.
#pragma once

#include <memory>
#include <vector>

#include "node/http/exchange.h"

namespace prometheus {
struct MetricFamily;  // NOLINT(readability-identifier-naming): theirs
}

namespace koinon {

class HttpMeasures {
 public:
  HttpMeasures();
  ~HttpMeasures();
  HttpMeasures(const HttpMeasures&) = delete;
  HttpMeasures& operator=(const HttpMeasures&) = delete;

  // A request at whose address nothing is counts as the route `unserved`. Of a stream the time is not kept.
  void count(const Exchange& exchange);
  std::vector<prometheus::MetricFamily> collect() const;

 private:
  struct Kept;
  std::unique_ptr<Kept> kept_;
};

}  // namespace koinon
