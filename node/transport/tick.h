// When the engine's next tick is to come, and whether what came in since brings it forward. Pure arithmetic.
#pragma once

#include <algorithm>

#include "proto/base/types.h"

namespace koinon {

class Tick {
 public:
  static constexpr std::chrono::milliseconds kShortest{10};
  static constexpr std::chrono::seconds kLongest{1};

  // Arms it for what is due; returns how long to wait.
  MonoTime arm(MonoTime now, MonoTime due) {
    const MonoTime wait = std::clamp<MonoTime>(due - now, kShortest, kLongest);
    rings_at_ = now + wait;
    return wait;
  }
  // Whether it rings later than what is due by now.
  bool is_late(MonoTime now, MonoTime due) const {
    return std::max<MonoTime>(due, now + kShortest) < rings_at_;
  }

 private:
  MonoTime rings_at_{};
};

}  // namespace koinon
