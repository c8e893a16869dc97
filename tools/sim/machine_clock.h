// The time of one simulated machine: steady time since it was switched on, and a wall clock that is off and
// drifts. A life of the machine is the time from switching on to switching off; it counts them.
#pragma once

#include <chrono>
#include <cstdint>

#include "node/engine/engine_types.h"
#include "tools/sim/schedule.h"

namespace koinon::sim {

class MachineClock {
 public:
  // `skew`: how far the wall clock is ahead at the beginning. `drift`: the share of the passed time that it
  // gains.
  MachineClock(const Schedule& schedule, std::chrono::milliseconds skew, double drift)
      : schedule_(schedule), skew_(skew), drift_(drift) {}

  UnixMillis wall() const {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(schedule_.now());
    return {kStartMillis + skew_.count() + off_.count() + passed.count() +
            static_cast<std::int64_t>(static_cast<double>(passed.count()) * drift_)};
  }
  Now now() const { return {schedule_.now() - booted_, wall()}; }

  // From now on the wall clock is off by so much, in addition to its skew. Steady time is not changed. The
  // machine keeps it over restarts.
  void set_off(std::chrono::milliseconds off) { off_ = off; }
  std::chrono::milliseconds off() const { return off_; }

  void switch_on() {
    ++life_;
    booted_ = schedule_.now();
    runs_ = true;
  }
  void switch_off() {
    ran_ = ran();
    ++life_;
    runs_ = false;
  }
  // How long it has run, over all its lives.
  MonoTime ran() const { return ran_ + (runs_ ? schedule_.now() - booted_ : MonoTime(0)); }
  // The number of the life. Acts that were scheduled in an earlier life do nothing.
  std::uint64_t life() const { return life_; }

 private:
  static constexpr std::int64_t kStartMillis = 1'700'000'000'000;

  const Schedule& schedule_;
  std::chrono::milliseconds skew_;
  double drift_;
  std::chrono::milliseconds off_{0};
  MonoTime booted_{};
  MonoTime ran_{};  // how long it ran in earlier lives
  std::uint64_t life_ = 0;
  bool runs_ = false;
};

}  // namespace koinon::sim
