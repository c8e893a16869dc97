// Questions of machines that watch the node: does it answer, is it ready, and what are its measures?
//
// On the reading thread of its parts; questions to the network are answered on the network's thread.
#pragma once

#include "node/api/api.h"
#include "node/api/metrics.h"
#include "node/api/operation.h"

namespace koinon {

struct AlarmLine {
  Severity severity = Severity::kWarning;
  std::string said;  // the alarm's id; for an operator also what is wrong
};

struct ReadyView {
  std::string signing;  // its state in a word; for an operator also why
  std::vector<AlarmLine> alarms;
};

class HealthApi {
 public:
  explicit HealthApi(ApiShared& shared);

  const Operation<Nothing, Nothing> health;
  // As readiness.h says it. kUnavailable: names the alarms for which the node is not ready.
  const Operation<Nothing, ReadyView> ready;
  const Operation<Nothing, std::string> metrics;  // in Prometheus' text format

 private:
  Result<Nothing> check_health(const Asker& asker, const Nothing& query);
  Result<ReadyView> check_readiness(const Asker& asker, const Nothing& query);
  boost::asio::awaitable<Result<std::string>> measure(Asker asker, Nothing query);

  void put_signing(MetricsInput& input);
  Result<SendingFacts> sending_facts();

  ApiParts& parts_;
  Outbox& outbox_;
};

}  // namespace koinon
