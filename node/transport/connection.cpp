#include "node/transport/connection.h"

#include <chrono>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kReadBytes = 64 * limits::kKiB;
constexpr std::size_t kWriteBytes = 256 * limits::kKiB;
constexpr std::chrono::seconds kCloseDeadline{2};
constexpr std::chrono::milliseconds kPauseStep{5};

}  // namespace

Connection::Connection(SessionId id, std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check,
                       Handlers handlers)
    : id_(id),
      check_(std::move(check)),
      stream_(std::move(stream)),
      handlers_(std::move(handlers)),
      wake_writer_(stream_->get_executor(), asio::steady_timer::time_point::max()) {}

void Connection::start() {
  const auto self = shared_from_this();
  asio::co_spawn(
      stream_->get_executor(), [self]() -> asio::awaitable<void> { co_await self->read_loop(); },
      asio::detached);
  asio::co_spawn(
      stream_->get_executor(), [self]() -> asio::awaitable<void> { co_await self->write_loop(); },
      asio::detached);
}

void Connection::send(Bytes bytes) {
  if (ended_ || closing_) return;
  queue_.push_back(std::move(bytes));
  wake_writer_.cancel();
}

std::string Connection::remote_address() const {
  boost::system::error_code error;
  const auto endpoint = stream_->next_layer().remote_endpoint(error);
  if (error) return {};
  const asio::ip::address address = endpoint.address();
  // A socket for both kinds shows an IPv4 address as IPv6 carries it.
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

void Connection::close() {
  if (closing_ || ended_) return;
  closing_ = true;
  wake_writer_.cancel();
  const auto self = shared_from_this();
  asio::co_spawn(
      stream_->get_executor(), [self]() -> asio::awaitable<void> { co_await self->enforce_close(); },
      asio::detached);
}

void Connection::ended(const boost::system::error_code& why) {
  if (ended_) return;
  ended_ = true;
  boost::system::error_code ignored;
  stream_->lowest_layer().close(ignored);
  wake_writer_.cancel();
  handlers_.on_closed(id_, why);
}

asio::awaitable<void> Connection::wait_until_wanted() {
  asio::steady_timer timer(stream_->get_executor());
  while (!ended_ && !handlers_.wants_bytes(id_)) {
    timer.expires_after(kPauseStep);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

asio::awaitable<void> Connection::read_loop() {
  Bytes buffer(kReadBytes, '\0');
  boost::system::error_code error;
  while (true) {
    // Before the first bytes too: who sent too much does not send more by connecting anew.
    co_await wait_until_wanted();
    if (ended_) break;
    const std::size_t got = co_await stream_->async_read_some(
        asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error || ended_) break;
    if (!closing_) handlers_.on_bytes(id_, BytesView(buffer).substr(0, got));
  }
  ended(error);
}

asio::awaitable<void> Connection::write_loop() {
  while (!ended_) {
    if (queue_.empty()) {
      if (closing_) break;
      boost::system::error_code ignored;
      co_await wake_writer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      continue;
    }
    // Small frames travel together: one TLS record, one system call.
    Bytes batch = std::move(queue_.front());
    queue_.pop_front();
    while (!queue_.empty() && batch.size() + queue_.front().size() <= kWriteBytes) {
      batch += queue_.front();
      queue_.pop_front();
    }
    boost::system::error_code error;
    co_await asio::async_write(*stream_, asio::buffer(batch),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      // What the other side said last may still be unread: the alert with which it refused us.
      close();
      co_return;
    }
    handlers_.on_sent(id_, batch.size());
  }
  ended({});
}

asio::awaitable<void> Connection::enforce_close() {
  asio::steady_timer timer(stream_->get_executor(), kCloseDeadline);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  ended({});
}

}  // namespace koinon
