#include "node/daemon/steady_wall.h"

#include <cstdlib>
#include <ctime>

#include "proto/base/limits.h"

namespace koinon {
namespace {

std::int64_t millis(MonoTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

constexpr std::int64_t kSlackMs = std::chrono::milliseconds(limits::kClockSlack).count();

}  // namespace

SteadyWall::SteadyWall(std::function<UnixMillis()> wall, std::function<MonoTime()> boot,
                       UnixMillis not_before)
    : wall_(std::move(wall)), boot_(std::move(boot)), not_before_(not_before) {
  take(wall_(), boot_());
}

UnixMillis SteadyWall::take(UnixMillis wall, MonoTime boot) {
  base_ = wall;
  base_at_ = boot;
  jump_.reset();
  return wall;
}

UnixMillis SteadyWall::look() {
  const UnixMillis wall = wall_();
  const MonoTime boot = boot_();
  const UnixMillis steady{base_.value + millis(boot - base_at_)};
  const std::int64_t off = wall.value - steady.value;
  // What NTP steps by, and what two clocks drift apart by, is the way of clocks.
  if (std::abs(off) <= kSlackMs) return take(wall, boot);
  // A machine without a battery starts in 1970 and is set right later: nothing speaks for where it was.
  if (steady < not_before_ && wall >= not_before_) return take(wall, boot);
  if (!jump_ || std::abs(off - jump_->by) > kSlackMs) jump_ = Jump{off, boot};
  return boot - jump_->since < limits::kClockStands ? steady : take(wall, boot);
}

UnixMillis SteadyWall::now() {
  const std::lock_guard lock(mutex_);
  return look();
}

std::chrono::milliseconds SteadyWall::jump() {
  const std::lock_guard lock(mutex_);
  look();
  return std::chrono::milliseconds(jump_ ? jump_->by : 0);
}

void SteadyWall::believe() {
  const std::lock_guard lock(mutex_);
  not_before_ = {};
  take(wall_(), boot_());
}

MonoTime boot_time() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace koinon
