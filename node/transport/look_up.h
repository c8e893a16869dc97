// The addresses of a host, looked up by the system within a deadline.
#pragma once

#include <cstdint>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace koinon {

struct LookedUp {
  boost::system::error_code error;
  boost::asio::ip::tcp::resolver::results_type endpoints;
};

// On the executor of the coroutine that awaits it. The system cannot be stopped once it looks something up:
// after ten seconds nobody waits for it any longer (timed_out).
boost::asio::awaitable<LookedUp> look_up(std::string host, std::uint16_t port);

}  // namespace koinon
