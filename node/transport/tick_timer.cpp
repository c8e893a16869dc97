#include "node/transport/tick_timer.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace koinon {
namespace asio = boost::asio;

TickTimer::TickTimer(Parts parts) : parts_(std::move(parts)), timer_(parts_.io) {}

void TickTimer::start() { asio::co_spawn(parts_.io, loop(), asio::detached); }

void TickTimer::bring_forward() {
  if (tick_.is_late(parts_.mono(), parts_.due())) timer_.cancel();
}

void TickTimer::stop() {
  stopping_ = true;
  timer_.cancel();
}

asio::awaitable<void> TickTimer::loop() {
  while (!stopping_) {
    timer_.expires_after(tick_.arm(parts_.mono(), parts_.due()));
    boost::system::error_code error;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) continue;  // something is due sooner, or the node stops
    parts_.on_tick();
  }
}

}  // namespace koinon
