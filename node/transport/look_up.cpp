#include "node/transport/look_up.h"

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kLookUpDeadline{10};

// Kept by whoever waits and by the system's answer: either may be gone first.
struct Pending {
  explicit Pending(const asio::any_io_executor& executor)
      : resolver(executor), timer(executor, kLookUpDeadline) {}

  tcp::resolver resolver;
  asio::steady_timer timer;
  LookedUp answer{asio::error::timed_out, {}};
};

}  // namespace

asio::awaitable<LookedUp> look_up(std::string host, std::uint16_t port) {
  // An address in digits needs no name server, and must not wait behind names in the system's queue.
  error_code is_name;
  if (const auto address = asio::ip::make_address(host, is_name); !is_name) {
    const tcp::endpoint endpoint(address, port);
    co_return LookedUp{{}, tcp::resolver::results_type::create(endpoint, host, std::to_string(port))};
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto pending = std::make_shared<Pending>(executor);
  pending->resolver.async_resolve(host, std::to_string(port),
                                  [pending](const error_code& error, tcp::resolver::results_type endpoints) {
                                    pending->answer = {error, std::move(endpoints)};
                                    pending->timer.cancel();
                                  });
  error_code ignored;
  co_await pending->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  // One that has not begun yet never does: those behind it in the system's queue need not wait for it.
  pending->resolver.cancel();
  co_return pending->answer;
}

}  // namespace koinon
