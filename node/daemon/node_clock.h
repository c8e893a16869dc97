// The time that a node goes by from its start on, and who watches over it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "node/daemon/clock_watch.h"
#include "node/daemon/log.h"
#include "proto/base/clock.h"

namespace koinon {

struct NodeClock {
  Clock clock = system_clock();  // its wall time is the steady one
  std::unique_ptr<ClockWatch> watch;
};

// `offset_seconds`: added to what the machine's clock says, for tests alone.
Result<NodeClock> start_clock(std::int64_t offset_seconds, StoreReader& store, const StoreState& state,
                              const Log& log);

// What the API asks; `watch` outlives it. `believed` is called once the operator has said that the clock is
// right. Any thread.
ClockQuestions clock_questions(ClockWatch& watch, std::function<void()> believed);

}  // namespace koinon
