// How the node was in the last day, minute by minute: how far it is behind, and what went over the wire. In
// memory, since the start; some 60 KiB at most.
//
// Any thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "node/api/alarms.h"

namespace koinon {

struct MeasureSample {
  UnixMillis at;  // by this clock
  std::uint32_t peers_connected = 0;
  std::uint64_t entries_behind = 0;  // of peers' logs: that are known to exist, and are not here
  std::uint64_t bodies_missing = 0;  // that are wanted, and not here yet
  std::uint64_t index_lag = 0;       // records that are not indexed yet
  // To and from peers since the sample before. What went after the last look at a session that ended is lost.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

class MeasureHistory {
 public:
  static constexpr std::size_t kSamples = 24 * 60;
  static constexpr std::int64_t kEveryMs = 60'000;

  // What was seen now. Traffic is counted with each look. A sample is kept of the first look, then of one a
  // minute; a clock that is set back makes one at once.
  void take(const AlarmInput& seen);
  // The oldest first.
  std::vector<MeasureSample> samples() const;

 private:
  using Traffic = std::pair<std::uint64_t, std::uint64_t>;  // in, out
  Traffic moved(const std::vector<PeerStatus>& peers);

  mutable std::mutex mutex_;
  std::deque<MeasureSample> samples_;
  std::map<NodeKey, Traffic> before_;  // of the sessions that stood at the last look
  Traffic since_;                      // the last sample
};

}  // namespace koinon
