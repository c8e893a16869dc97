// The time that a node goes by from its start on, and who watches over it: the machine's clock is believed as
// steady_wall.h says, and clock_watch.h hears who contradicts it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "node/daemon/clock_watch.h"
#include "node/daemon/daemon_log.h"
#include "proto/base/clock.h"

namespace koinon {

class NodeClock {
 public:
  // `offset_seconds`: added to what the machine's clock says, for tests alone.
  static Result<NodeClock> start(std::int64_t offset_seconds, StoreReader& store, const StoreState& state,
                                 const DaemonLog& log);

  // Any thread. Its wall time is the steady one (steady_wall.h).
  const Clock& clock() const { return clock_; }
  ClockWatch& watch() const { return *watch_; }
  // What the API asks; this outlives it. `believed` is called once the operator has said that the clock is
  // right. Any thread.
  ClockQuestions questions(std::function<void()> believed) const;

 private:
  NodeClock(Clock clock, std::unique_ptr<ClockWatch> watch)
      : clock_(std::move(clock)), watch_(std::move(watch)) {}

  Clock clock_;
  std::unique_ptr<ClockWatch> watch_;
};

}  // namespace koinon
