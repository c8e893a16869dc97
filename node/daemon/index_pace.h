// How long the index rests while a log catches up.
//
// Replication and the index share the cores of a machine. An index that runs beside a catch-up makes it take
// twice as long, and is complete no sooner. So it leaves the cores to the catch-up, and takes a twentieth of
// the time of its thread meanwhile: what has come begins to be found. It does so for a minute at most:
// whoever sends without an end must not keep others' notes out of the index.
//
// Belongs to one thread. Time is what it is told.
#pragma once

#include <chrono>
#include <optional>

#include "proto/base/types.h"

namespace koinon {

class IndexPace {
 public:
  using Clock = std::chrono::steady_clock;

  // Before each batch: how many records it may take, `whole` at most. While a log catches up, and where
  // nobody knows yet whether one does, few: the rest that follows can only be as exact as the batch is short.
  std::uint64_t batch(ArrivalSeq newest, Clock::time_point now, std::uint64_t whole);
  // After each batch: how long to rest before the next one. `newest`: of the store, now. `took`: the batch.
  Clock::duration rest(ArrivalSeq newest, Clock::time_point now, Clock::duration took);

 private:
  struct Look {
    ArrivalSeq newest;
    Clock::time_point at;
  };
  bool comes_fast(ArrivalSeq newest, Clock::time_point now);

  std::optional<Look> last_;
  std::optional<Clock::time_point> rush_since_;  // records come fast since then
};

}  // namespace koinon
