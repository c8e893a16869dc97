#include "node/api/health_api.h"

#include "node/api/alarms.h"
#include "node/api/metrics.h"
#include "node/api/network_questions.h"

namespace koinon {
namespace asio = boost::asio;

HealthApi::HealthApi(ApiShared& shared)
    : health({.method = "GET",
              .pattern = "/healthz",
              .need = Need::kAnyone,
              .id = "getHealth",
              .tag = "node",
              .summary = "Whether the node answers",
              .gives = "text/plain"},
             this, &HealthApi::check_health),
      ready({.method = "GET",
             .pattern = "/readyz",
             .need = Need::kAnyone,
             .id = "getReadiness",
             .tag = "node",
             .summary = "Whether the node does all that it is for; which alarms there are",
             .gives = "text/plain"},
            this, &HealthApi::check_readiness),
      metrics({.method = "GET",
               .pattern = "/metrics",
               .need = Need::kOperator,
               .id = "getMetrics",
               .tag = "node",
               .summary = "Measures for Prometheus",
               .gives = "text/plain"},
              this, &HealthApi::measure),
      parts_(shared.parts) {}

Result<Nothing> HealthApi::check_health(const Asker&, const Nothing&) {
  KOINON_TRY(parts_.store->epoch());
  return Nothing{};
}

// Whoever reads only asks /healthz. What exactly is the matter is an operator's to know.
Result<std::vector<AlarmLine>> HealthApi::check_readiness(const Asker& asker, const Nothing&) {
  KOINON_TRY(parts_.store->counts());
  const bool in_full = asker.caller.role == Role::kOperator;
  std::string critical;
  std::vector<AlarmLine> out;
  for (const Alarm& alarm : parts_.alarms()) {
    const std::string said = in_full ? alarm.id + ": " + alarm.text : alarm.id;
    if (alarm.severity == Severity::kCritical) critical += (critical.empty() ? "" : "; ") + said;
    out.push_back({alarm.severity, said});
  }
  if (!critical.empty()) return fail(Code::kUnavailable, critical, "alarms");
  return out;
}

asio::awaitable<Result<std::string>> HealthApi::measure(Asker, Nothing) {
  MetricsInput input;
  input.network = co_await ask_network(&parts_.network);
  const auto counts = parts_.store->counts();
  const auto position = parts_.index->position();
  if (!counts.ok()) co_return counts.error();
  if (!position.ok()) co_return position.error();
  input.store = *counts;
  input.index_lag = index_lag(*parts_.store, *position);
  input.alarms = parts_.alarms();
  input.witnesses = parts_.witnesses();
  const auto own_log = parts_.facts.log();
  const auto own = own_log ? parts_.store->log_state(*own_log) : Result<LogState>(LogState());
  if (own.ok()) input.own_entries = own->range.size().value;
  input.clock = parts_.clock_questions.standing();
  input.signing = own_log && !parts_.writer.signing_stopped() && !input.clock.signing_waits;
  input.signing_allowed = own_log && !parts_.signing.waits();
  if (own_log && !input.signing_allowed) {
    const StandingView standing = parts_.signing.now().view;
    input.signing_awaits = standing.waits_for.size();
    input.fewer_suffice = standing.fewer_after.value_or(UnixMillis());
  }
  input.password_checks = parts_.commons.passwords_checked;
  input.work = sqlite::work_done();
  co_return metrics_text(input);
}

}  // namespace koinon
