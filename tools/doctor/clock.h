// Whether this machine's clock can be right.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct ClockFacts {
  std::optional<bool> synchronised;       // what the kernel says; nothing: it may not be asked
  bool off = false;                       // as the alarm `clock` says it
  std::int64_t behind_seconds = 0;        // negative: ahead
  std::vector<std::string> because = {};  // own-entry, peers, jump
  bool signing_waits = false;
  std::int64_t offset_seconds = 0;  // clock.offset_seconds of the configuration
};

Findings check(const ClockFacts& facts);

}  // namespace koinon::doctor
