// A time limit on what is done with a socket.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace koinon {

// Closes the socket when time is up, unless told before that the work is done.
class Deadline {
 public:
  Deadline(boost::asio::ip::tcp::socket& socket, std::chrono::seconds after)
      : timer_(std::make_shared<boost::asio::steady_timer>(socket.get_executor(), after)),
        state_(std::make_shared<State>()) {
    timer_->async_wait([state = state_, &socket](const boost::system::error_code& error) {
      boost::system::error_code ignored;
      if (error || state->done) return;
      state->is_over = true;
      socket.close(ignored);
    });
  }
  ~Deadline() {
    state_->done = true;
    timer_->cancel();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Time was up, and it closed the socket.
  bool is_over() const { return state_->is_over; }

 private:
  struct State {
    bool done = false;
    bool is_over = false;
  };

  std::shared_ptr<boost::asio::steady_timer> timer_;
  std::shared_ptr<State> state_;
};

}  // namespace koinon
