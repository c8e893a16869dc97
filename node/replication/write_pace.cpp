#include "node/replication/write_pace.h"

#include <algorithm>

namespace koinon {
namespace {

constexpr std::chrono::nanoseconds kGroup = std::chrono::milliseconds(150);
constexpr std::uint64_t kLeast = limits::kChunkTargetBytes;  // one run of a peer
constexpr std::uint64_t kMost = limits::kInFlightBytes;      // no more than that is on its way

}  // namespace

void WritePace::note(std::uint64_t bytes, std::chrono::nanoseconds took) {
  if (took > kGroup) {
    const double share = static_cast<double>(kGroup.count()) / static_cast<double>(took.count());
    most_ = std::max(kLeast, static_cast<std::uint64_t>(static_cast<double>(std::min(bytes, kMost)) * share));
  } else if (bytes >= most_) {
    most_ = std::min(kMost, most_ * 2);
  }
}

}  // namespace koinon
