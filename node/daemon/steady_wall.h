// The time that the node goes by: the machine's wall clock, believed only as it runs on. A clock that is
// ahead for a minute signs nothing early, lets nothing expire and makes nothing wait: what it jumped by
// counts once it has stood for kClockStands. Until then time goes on from what was believed before.
//
// Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

#include "proto/base/types.h"

namespace koinon {

class SteadyWall {
 public:
  // `wall` is the machine's clock, believed as it stands now. `boot` runs on evenly, while the machine sleeps
  // as well. `not_before`: no time before it is the right one (of the newest entry of our own log); 0: any.
  SteadyWall(std::function<UnixMillis()> wall, std::function<MonoTime()> boot, UnixMillis not_before);

  UnixMillis now();
  // By how much the machine's clock has jumped and is not believed yet; 0: it has not.
  std::chrono::milliseconds jump();
  // Somebody looked, and says that the machine's clock is right: it is believed at once.
  void believe();

 private:
  UnixMillis look();
  UnixMillis take(UnixMillis wall, MonoTime boot);

  std::mutex mutex_;
  std::function<UnixMillis()> wall_;
  std::function<MonoTime()> boot_;
  UnixMillis not_before_;
  UnixMillis base_;     // what is believed …
  MonoTime base_at_{};  // … as of then
  struct Jump {
    std::int64_t by = 0;  // milliseconds
    MonoTime since{};
  };
  std::optional<Jump> jump_;
};

// CLOCK_BOOTTIME: it is not set, and it runs while the machine sleeps.
MonoTime boot_time();

}  // namespace koinon
