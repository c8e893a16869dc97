// The time for which it was a peer's turn: it stands while the peer waits for us, its credit being used up.
// What a peer is late with, and how fast it sends, is measured in it, so that waiting excuses as long as it
// lasts and no longer.
#pragma once

#include <chrono>

#include "proto/base/types.h"

namespace koinon::engine {

struct TurnClock {
  using duration = MonoTime;
  using rep = duration::rep;
  using period = duration::period;
};
using TurnTime = std::chrono::time_point<TurnClock>;  // of one link, since it connected

}  // namespace koinon::engine
