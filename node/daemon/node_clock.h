// The time that a node goes by from its start on, and who watches over it: the machine's clock is believed as
// steady_wall.h says, and clock_watch.h hears who contradicts it.
#pragma once

#include <atomic>
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

  // Another offset, while the node runs. To the node the machine's clock has jumped: it is believed once it
  // has stood for a while, or once the operator says that it is right. Any thread.
  void set_offset(std::int64_t seconds) { *offset_ = seconds; }

  // Any thread. Its wall time is the steady one (steady_wall.h).
  const Clock& clock() const { return clock_; }
  ClockWatch& watch() const { return *watch_; }
  // What the API asks; this outlives it. `believed` is called once the operator has said that the clock is
  // right. Any thread.
  ClockQuestions questions(std::function<void()> believed) const;

 private:
  using Offset = std::shared_ptr<std::atomic<std::int64_t>>;  // seconds

  NodeClock(Clock clock, std::unique_ptr<ClockWatch> watch, Offset offset)
      : clock_(std::move(clock)), watch_(std::move(watch)), offset_(std::move(offset)) {}

  Clock clock_;
  std::unique_ptr<ClockWatch> watch_;
  Offset offset_;
};

}  // namespace koinon
