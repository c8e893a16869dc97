#include "node/api/health_text.h"

#include "node/api/health_api.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"

namespace koinon {
namespace {

HttpResponse health_answer(const ApiRequest&, const Nothing&) { return {200, "text/plain", "ok\n", {}}; }

HttpResponse ready_answer(const ApiRequest&, const ReadyView& view) {
  std::string lines = "ready\nsigning: " + view.signing + "\n";
  for (const AlarmLine& line : view.alarms)
    lines += std::string(severity_text(line.severity)) + " " + line.said + "\n";
  return {200, "text/plain", lines, {}};
}

HttpResponse metrics_answer(const ApiRequest&, const std::string& view) {
  return {200, "text/plain; version=0.0.4; charset=utf-8", view, {}};
}

}  // namespace

void add_health_routes(RouteTable& routes, CallGate& gate, const HealthApi& health) {
  add_route(routes, gate, health.health, read_nothing, health_answer);
  add_route(routes, gate, health.ready, read_nothing, ready_answer);
  add_route(routes, gate, health.metrics, read_nothing, metrics_answer);
}

}  // namespace koinon
