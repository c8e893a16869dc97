// What machines that watch the node ask: whether it answers, whether it does all that it is for, its
// measures.
//
// On the reading thread that its parts belong to; what is asked of the network is answered on the network's.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"

namespace koinon {

struct AlarmLine {
  Severity severity = Severity::kWarning;
  std::string said;  // the alarm's id; for an operator also what is the matter
};

class HealthApi {
 public:
  explicit HealthApi(ApiShared& shared);

  const Operation<Nothing, Nothing> health;
  // The alarms that are not critical. kUnavailable: which ones are.
  const Operation<Nothing, std::vector<AlarmLine>> ready;
  const Operation<Nothing, std::string> metrics;  // in Prometheus' text format

 private:
  Result<Nothing> check_health(const Asker& asker, const Nothing& query);
  Result<std::vector<AlarmLine>> check_readiness(const Asker& asker, const Nothing& query);
  boost::asio::awaitable<Result<std::string>> measure(Asker asker, Nothing query);

  ApiParts& parts_;
};

}  // namespace koinon
