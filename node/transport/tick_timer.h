// The timer of the engine's tick. When it rings is a rule of its own (replication/tick.h).
//
// Lives on the network thread.
#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "node/replication/tick.h"

namespace koinon {

class TickTimer {
 public:
  struct Parts {
    boost::asio::io_context& io;
    std::function<MonoTime()> mono;
    std::function<MonoTime()> due;  // when the engine wants its next tick
    std::function<void()> on_tick;
  };
  // It outlives its loop.
  explicit TickTimer(Parts parts);

  void start();
  // After every input of the engine: what is due sooner than the timer rings brings it forward.
  void bring_forward();
  void stop();

 private:
  boost::asio::awaitable<void> loop();

  Parts parts_;
  Tick tick_;
  boost::asio::steady_timer timer_;
  bool stopping_ = false;
};

}  // namespace koinon
