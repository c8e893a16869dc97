// When the engine's next tick is to come, and whether what came in since brings it forward. Pure arithmetic,
// run by the network thread and by the simulator.
#pragma once

#include <algorithm>

#include "proto/base/types.h"

namespace koinon {

class Tick {
 public:
  static constexpr std::chrono::milliseconds kShortest{10};
  static constexpr std::chrono::seconds kLongest{1};

  // `longest`: it rings after this, whatever the engine says. The simulator takes more than any wait, and so
  // shows that the engine says all that is due.
  explicit Tick(MonoTime longest = kLongest) : longest_(longest) {}

  // Arms it for what is due; returns how long to wait.
  MonoTime arm(MonoTime now, MonoTime due) {
    const MonoTime wait = std::clamp<MonoTime>(due - now, kShortest, longest_);
    rings_at_ = now + wait;
    return wait;
  }
  // Whether it would ring too late for what is due now.
  bool is_late(MonoTime now, MonoTime due) const {
    return std::max<MonoTime>(due, now + kShortest) < rings_at_;
  }

 private:
  MonoTime longest_;
  MonoTime rings_at_{};
};

}  // namespace koinon
