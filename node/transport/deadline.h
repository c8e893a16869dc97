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
        done_(std::make_shared<bool>(false)) {
    timer_->async_wait([done = done_, &socket](const boost::system::error_code& error) {
      boost::system::error_code ignored;
      if (!error && !*done) socket.close(ignored);
    });
  }
  ~Deadline() {
    *done_ = true;
    timer_->cancel();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  std::shared_ptr<boost::asio::steady_timer> timer_;
  std::shared_ptr<bool> done_;
};

}  // namespace koinon
