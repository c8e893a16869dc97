// Families of measures under the names of this node (koinon_…), as Prometheus' text format 0.0.4 has them.
// Names follow https://prometheus.io/docs/practices/naming/: base units, and _total behind what only grows.
//
// A label has values of a bounded set alone: alarms, routes, states, or peers and witnesses, which an
// operator names. Never what strangers choose.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

namespace koinon {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

class MetricFamilies {
 public:
  void gauge(const std::string& name, const std::string& help, double value) {
    begin("koinon_" + name, help, prometheus::MetricType::Gauge);
    add({}, value);
  }
  void counter(const std::string& name, const std::string& help, double value) {
    begin("koinon_" + name, help, prometheus::MetricType::Counter);
    add({}, value);
  }
  // A family with the whole name. Its values follow.
  void begin(const std::string& name, const std::string& help, prometheus::MetricType type) {
    out_.push_back({name, help, type, {}});
  }
  // One value of the last family. In it no two have the same labels.
  void add(MetricLabels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    const bool grows = out_.back().type == prometheus::MetricType::Counter;
    (grows ? metric.counter.value : metric.gauge.value) = value;
    out_.back().metric.push_back(std::move(metric));
  }
  void append(std::vector<prometheus::MetricFamily> families) {
    for (auto& family : families) out_.push_back(std::move(family));
  }
  // Families without a value are left out.
  std::string text() const;

 private:
  std::vector<prometheus::MetricFamily> out_;
};

}  // namespace koinon
