#include "node/api/health_api.h"

#include <filesystem>

#include "node/api/alarms.h"
#include "node/api/metrics.h"
#include "node/api/network_questions.h"
#include "node/api/readiness.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

std::optional<DiskFacts> disk_facts(const std::string& folder) {
  std::error_code unknown;
  const auto space = std::filesystem::space(folder, unknown);
  if (unknown) return std::nullopt;
  return DiskFacts{space.available, space.capacity};
}

}  // namespace

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
             .summary = "Whether the node is ready; whether it signs, and which alarms there are",
             .gives = "text/plain"},
            this, &HealthApi::check_readiness),
      metrics({.method = "GET",
               .pattern = "/metrics",
               .need = Need::kMetrics,
               .id = "getMetrics",
               .tag = "node",
               .summary = "Measures for Prometheus",
               .gives = "text/plain"},
              this, &HealthApi::measure),
      parts_(shared.parts),
      outbox_(shared.outbox) {}

Result<Nothing> HealthApi::check_health(const Asker&, const Nothing&) {
  KOINON_TRY(parts_.store->epoch());
  return Nothing{};
}

// What exactly is the matter is an operator's to know, and their Prometheus'.
Result<ReadyView> HealthApi::check_readiness(const Asker& asker, const Nothing&) {
  KOINON_TRY(parts_.store->counts());
  const bool in_full = asker.caller.role == Role::kOperator || asker.caller.measures;
  const auto said = [&](const Alarm& alarm) { return in_full ? alarm.id + ": " + alarm.text : alarm.id; };
  const std::vector<Alarm> alarms = parts_.alarms();
  std::string lacks;
  for (const Alarm& alarm : unready_for(alarms, parts_.clock.wall()))
    lacks += (lacks.empty() ? "" : "; ") + said(alarm);
  if (!lacks.empty()) return fail(Code::kUnavailable, lacks, "alarms");
  const SigningView signing = signing_of(parts_);
  ReadyView out;
  out.signing = in_full ? signing_text(signing) : std::string(signing_word(signing.state));
  for (const Alarm& alarm : alarms) out.alarms.push_back({alarm.severity, said(alarm)});
  return out;
}

asio::awaitable<Result<std::string>> HealthApi::measure(Asker, Nothing) {
  MetricsInput input;
  input.network = co_await parts_.network.status();
  const auto counts = parts_.store->counts();
  const auto position = parts_.index->position();
  const auto lag = parts_.store->lag();
  if (!counts.ok()) co_return counts.error();
  if (!lag.ok()) co_return lag.error();
  if (!position.ok()) co_return position.error();
  // Its office is elsewhere, and may be away: what is sent the writer measures.
  const auto sending = parts_.reader ? Result<SendingFacts>(SendingFacts()) : sending_facts();
  if (!sending.ok()) co_return sending.error();
  if (parts_.reader) input.reader = parts_.reader->lag();
  input.version = parts_.facts.version;
  input.started_at = parts_.commons.started_at;
  input.process = process_facts();
  input.store = *counts;
  input.store_on_server = parts_.facts.store_on_server;
  input.lag = *lag;
  input.started_over = parts_.facts.started_over;
  input.index_lag = index_lag(*parts_.store, *position);
  input.disk = disk_facts(parts_.facts.folder);
  input.disk_reserve_bytes = parts_.writer.reserve_bytes();
  input.sending = *sending;
  input.alarms = parts_.alarms();
  input.ready = unready_for(input.alarms, parts_.clock.wall()).empty();
  input.witnesses = parts_.witnesses();
  put_signing(input);
  input.password_checks = parts_.commons.passwords_checked;
  input.refusals = parts_.commons.refusals.total();
  input.work = sqlite::work_done();
  input.http = parts_.commons.http.collect();
  co_return metrics_text(std::move(input));
}

void HealthApi::put_signing(MetricsInput& input) {
  const auto own_log = parts_.facts.log();
  const auto own = own_log ? parts_.store->log_state(*own_log) : Result<LogState>(LogState());
  if (own.ok()) input.own_entries = own->range.size().value;
  input.clock = parts_.clock_questions.standing();
  input.signing_state = signing_of(parts_).state;
  input.signing = own_log && !parts_.writer.signing_stopped() && !input.clock.signing_waits;
  input.signing_allowed = own_log && !parts_.signing.waits();
  if (!own_log || input.signing_allowed) return;
  const StandingView standing = parts_.signing.now().view;
  input.signing_awaits = standing.waits_for.size();
  input.fewer_suffice = standing.fewer_after.value_or(UnixMillis());
}

Result<SendingFacts> HealthApi::sending_facts() {
  SendingFacts out;
  KOINON_ASSIGN(const Waiting waiting, outbox_.waiting());
  KOINON_ASSIGN(const Failing failing,
                outbox_.failing(limits::kFailedAttempts, {parts_.clock.wall().value - limits::kFailedForMs}));
  out.webhooks = waiting.deliveries;
  out.mails = waiting.mails;
  out.failing = failing.waiting + failing.given_up;
  return out;
}

}  // namespace koinon
