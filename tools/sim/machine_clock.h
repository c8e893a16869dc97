// The time of one simulated machine: steady time since it was switched on, and a wall clock that is off and
// drifts. Counts the lives of the machine, from switch to switch.
#pragma once

#include <chrono>
#include <cstdint>

#include "node/engine/engine_types.h"
#include "tools/sim/schedule.h"

namespace koinon::sim {

class MachineClock {
 public:
  // `skew`: by which the wall clock is ahead from the beginning. `drift`: of what passes, by which it gains.
  MachineClock(const Schedule& schedule, std::chrono::milliseconds skew, double drift)
      : schedule_(schedule), skew_(skew), drift_(drift) {}

  UnixMillis wall() const {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(schedule_.now());
    return {kStartMillis + skew_.count() + off_.count() + passed.count() +
            static_cast<std::int64_t>(static_cast<double>(passed.count()) * drift_)};
  }
  Now now() const { return {schedule_.now() - booted_, wall()}; }

  // The wall clock is off by so much from now on, on top of its skew; steady time runs on. A machine keeps it
  // over restarts.
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
  // What was scheduled in an earlier life is void.
  std::uint64_t life() const { return life_; }

 private:
  static constexpr std::int64_t kStartMillis = 1'700'000'000'000;

  const Schedule& schedule_;
  std::chrono::milliseconds skew_;
  double drift_;
  std::chrono::milliseconds off_{0};
  MonoTime booted_{};
  MonoTime ran_{};  // in earlier lives
  std::uint64_t life_ = 0;
  bool runs_ = false;
};

}  // namespace koinon::sim
