#include "node/daemon/index_pace.h"

#include <algorithm>
#include <utility>

namespace koinon {
namespace {
using namespace std::chrono_literals;

// What people publish, and what some hundred cities pass on, stays far below it. A catch-up is far above.
constexpr double kFastRecordsPerSecond = 2'000;
constexpr auto kShortestLook = 10ms;  // a shorter one says nothing of a rate
constexpr int kRestOfBatch = 19;
constexpr auto kLongestRest = 5s;
constexpr auto kOldLook = 2 * kLongestRest;  // it says nothing of what goes on now
constexpr std::uint64_t kFewRecords = 500;
constexpr auto kLongestRush = 60s;
}  // namespace

bool IndexPace::comes_fast(ArrivalSeq newest, Clock::time_point now) {
  if (!last_ || newest.value < last_->newest.value) {  // the store counts anew
    last_ = Look{newest, now};
    return false;
  }
  if (now - last_->at < kShortestLook) return rush_since_.has_value();
  const auto seconds = std::chrono::duration<double>(now - last_->at).count();
  const auto records = static_cast<double>(newest.value - last_->newest.value);
  last_ = Look{newest, now};
  return records >= kFastRecordsPerSecond * seconds;
}

std::uint64_t IndexPace::batch(ArrivalSeq newest, Clock::time_point now, std::uint64_t whole) {
  const bool knows = last_ && newest.value >= last_->newest.value && now - last_->at <= kOldLook;
  if (!knows) last_ = Look{newest, now};
  return knows && !rush_since_ ? whole : std::min(whole, kFewRecords);
}

IndexPace::Clock::duration IndexPace::rest(ArrivalSeq newest, Clock::time_point now, Clock::duration took) {
  if (!comes_fast(newest, now)) {
    rush_since_.reset();
    return {};
  }
  if (!rush_since_) rush_since_ = now;
  if (now - *rush_since_ >= kLongestRush) return {};
  return std::min<Clock::duration>(kRestOfBatch * took, kLongestRest);
}

}  // namespace koinon
