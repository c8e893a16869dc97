#include "tools/bench/latencies.h"

#include <algorithm>
#include <thread>

#include <boost/json.hpp>

#include "tools/bench/processes.h"

namespace koinon {
namespace {

constexpr std::chrono::milliseconds kIndexPoll{50};
constexpr double kDeadlineSeconds = 3600;

}  // namespace

boost::json::object spread_of(std::vector<double> seconds) {
  if (seconds.empty()) return {{"requests", 0}};
  std::sort(seconds.begin(), seconds.end());
  const auto at = [&](double share) {
    return seconds[static_cast<std::size_t>(share * static_cast<double>(seconds.size() - 1))] * 1000;
  };
  return {{"requests", seconds.size()}, {"p50_ms", at(0.5)}, {"p99_ms", at(0.99)}, {"max_ms", at(1)}};
}

Result<double> wait_for_index(const ApiClient& client) {
  const auto begin = std::chrono::steady_clock::now();
  while (seconds_since(begin) < kDeadlineSeconds) {
    KOINON_ASSIGN(const auto status, client.get_json("/api/v1/status"));
    if (status.at("index_lag").to_number<std::uint64_t>() == 0) return seconds_since(begin);
    std::this_thread::sleep_for(kIndexPoll);
  }
  return fail(Code::kUnavailable, "the index did not catch up in an hour");
}

}  // namespace koinon
