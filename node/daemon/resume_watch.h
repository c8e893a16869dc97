// Notices that this machine was stopped and went on, or is a copy of another: the wall clock jumps against
// the clock that runs since the machine's start, or the boot id changes under the running process. One
// thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "proto/base/types.h"

namespace koinon {

class ResumeWatch {
 public:
  struct Clocks {
    std::function<UnixMillis()> wall;      // the machine's, not the one that the node goes by
    std::function<MonoTime()> boot;        // CLOCK_BOOTTIME
    std::function<std::string()> boot_id;  // of the kernel; empty: not known
  };
  explicit ResumeWatch(Clocks clocks);

  // Whether it has gone on since the last look. A step of the wall clock of limits::kResumeJump counts too:
  // to ask once too often costs little.
  bool has_resumed();

 private:
  std::int64_t difference() const;

  Clocks clocks_;
  std::int64_t difference_;
  std::string boot_id_;
  MonoTime boot_id_at_{};  // when it was read last
};

// Those of this machine.
ResumeWatch::Clocks machine_clocks();

}  // namespace koinon
