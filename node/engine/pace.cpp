#include "node/engine/pace.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon::engine {

Pace::Pace(MonoTime now, std::uint64_t answered)
    : at_(now + limits::kPacePeriod), answered_before_(answered) {}

void Pace::excuse(MonoTime now) { at_ = now + limits::kBusyRetry; }

bool Pace::trickles(MonoTime now, std::uint64_t answered, std::size_t open_gets) {
  const std::uint64_t all = answered - answered_before_;
  const std::uint64_t share = all / (limits::kPaceShare * open_gets);
  const std::uint64_t least =
      all < limits::kPaceBytes ? limits::kPaceBytes : std::min<std::uint64_t>(limits::kPaceBytes, share);
  const bool slow = bytes_ < least;
  at_ = now + limits::kPacePeriod;
  bytes_ = 0;
  answered_before_ = answered;
  return slow;
}

}  // namespace koinon::engine
