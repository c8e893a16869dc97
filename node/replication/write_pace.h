// How large a group of writes may be. A large one is cheaper for each record, and our own entries wait until
// it is written: so a group takes a seventh of a second at most, on this disk and this server, as they are
// now.
//
// Belongs to one thread. Time is what it is told.
#pragma once

#include <chrono>
#include <cstdint>

#include "proto/base/limits.h"

namespace koinon {

class WritePace {
 public:
  // Of the next group. It may be more by one intent.
  std::uint64_t most_bytes() const { return most_; }
  // A group of so many bytes took so long.
  void note(std::uint64_t bytes, std::chrono::nanoseconds took);

 private:
  std::uint64_t most_ = limits::kChunkTargetBytes;
};

}  // namespace koinon
