// What the system lets koinond use: descriptors, file sizes, locked memory.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

// Of the process that runs; where none does, of this one, which the same user has started.
struct LimitFacts {
  std::optional<std::uint64_t> files = 1024;  // RLIMIT_NOFILE; nothing: no limit
  std::uint64_t open_files = 0;
  std::optional<std::uint64_t> file_bytes;    // RLIMIT_FSIZE
  std::optional<std::uint64_t> locked_bytes;  // RLIMIT_MEMLOCK
};

Findings check(const LimitFacts& facts);

}  // namespace koinon::doctor
