#include "node/api/health_api.h"

#include "node/api/alarms.h"
#include "node/api/metrics.h"
#include "node/api/network_questions.h"

namespace koinon {
namespace asio = boost::asio;

void HealthApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/healthz",
               .need = Need::kAnyone,
               .id = "getHealth",
               .tag = "node",
               .summary = "Whether the node answers",
               .gives = "text/plain"},
              handler(this, &HealthApi::health)});
  routes.add({{.method = "GET",
               .pattern = "/readyz",
               .need = Need::kAnyone,
               .id = "getReadiness",
               .tag = "node",
               .summary = "Whether the node does all that it is for; which alarms there are",
               .gives = "text/plain"},
              handler(this, &HealthApi::ready)});
  routes.add({{.method = "GET",
               .pattern = "/metrics",
               .need = Need::kOperator,
               .id = "getMetrics",
               .tag = "node",
               .summary = "Measures for Prometheus",
               .gives = "text/plain"},
              handler(this, &HealthApi::metrics)});
}

asio::awaitable<HttpResponse> HealthApi::health(ApiRequest) {
  const auto reading = parts_.store->journal();
  co_return reading.ok() ? HttpResponse{200, "text/plain", "ok\n", {}} : problem(reading.error());
}

// Whoever reads only asks /healthz. What exactly is the matter is an operator's to know.
Result<HttpResponse> HealthApi::ready(const ApiRequest& request) {
  KOINON_TRY(parts_.store->counts());
  const bool in_full = request.caller.role == Role::kOperator;
  std::string critical;
  std::string lines = "ready\n";
  for (const Alarm& alarm : parts_.alarms()) {
    const std::string said = in_full ? alarm.id + ": " + alarm.text : alarm.id;
    lines += std::string(severity_text(alarm.severity)) + " " + said + "\n";
    if (alarm.severity == Severity::kCritical) critical += (critical.empty() ? "" : "; ") + said;
  }
  if (!critical.empty()) return fail(Code::kUnavailable, critical, "alarms");
  return HttpResponse{200, "text/plain", lines, {}};
}

asio::awaitable<HttpResponse> HealthApi::metrics(ApiRequest) {
  MetricsInput input;
  input.network = co_await ask_network(&parts_.network);
  const auto counts = parts_.store->counts();
  const auto position = parts_.index->position();
  if (!counts.ok()) co_return problem(counts.error());
  if (!position.ok()) co_return problem(position.error());
  input.store = *counts;
  input.index_lag = index_lag(*parts_.store, *position);
  input.alarms = parts_.alarms();
  const auto own_log = parts_.facts.log();
  const auto own = own_log ? parts_.store->log_state(*own_log) : Result<LogState>(LogState());
  if (own.ok()) input.own_entries = own->range.size().value;
  input.clock = parts_.clock_questions.standing();
  input.signing = own_log && !parts_.writer.signing_stopped() && !input.clock.signing_waits;
  input.password_checks = parts_.commons.passwords_checked;
  input.work = sqlite::work_done();
  co_return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(input), {}};
}

}  // namespace koinon
