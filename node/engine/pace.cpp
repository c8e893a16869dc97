#include "node/engine/pace.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon::engine {

void Pace::begin(TurnTime now, std::uint64_t answered) {
  at_ = now + limits::kPacePeriod;
  bytes_ = 0;
  answered_before_ = answered;
}

bool Pace::trickles(TurnTime now, std::uint64_t answered, std::size_t open_gets) {
  const std::uint64_t all = answered - answered_before_;
  const std::uint64_t share = all / (limits::kPaceShare * open_gets);
  const std::uint64_t least =
      all < limits::kPaceBytes ? limits::kPaceBytes : std::min<std::uint64_t>(limits::kPaceBytes, share);
  const bool slow = bytes_ < least;
  begin(now, answered);
  return slow;
}

}  // namespace koinon::engine
