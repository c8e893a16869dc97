#include "tools/bench/counting_relay.h"

#include <array>
#include <memory>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "proto/base/limits.h"
#include "proto/base/types.h"

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
namespace {

constexpr std::size_t kTlsHeaderBytes = 5;
constexpr unsigned kApplicationData = 23;
constexpr std::size_t kListenerFlight = 5;
constexpr std::size_t kDiallerFlight = 3;

}  // namespace

// One direction of one connection.
struct CountingRelay::Pipe : std::enable_shared_from_this<Pipe> {
  std::shared_ptr<tcp::socket> from;
  std::shared_ptr<tcp::socket> to;
  CountingRelay& relay;
  bool from_dialler;
  std::array<char, 64 * limits::kKiB> buffer{};
  Bytes begun{};  // of a record that has not come as a whole

  Pipe(std::shared_ptr<tcp::socket> in, std::shared_ptr<tcp::socket> out, CountingRelay& owner, bool dialler)
      : from(std::move(in)), to(std::move(out)), relay(owner), from_dialler(dialler) {}

  void run() {
    from->async_read_some(asio::buffer(buffer), [self = shared_from_this()](auto error, std::size_t got) {
      if (error) return self->close();
      self->count(BytesView(self->buffer.data(), got));
      asio::async_write(*self->to, asio::buffer(self->buffer.data(), got), [self](auto failed, std::size_t) {
        if (failed) return self->close();
        self->run();
      });
    });
  }
  void close() {
    boost::system::error_code ignored;
    from->close(ignored);
    to->close(ignored);
  }
  void count(BytesView bytes) {
    begun.append(bytes);
    std::size_t at = 0;
    while (begun.size() - at >= kTlsHeaderBytes) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(begun[at + i]); };
      const std::size_t length = kTlsHeaderBytes + (static_cast<std::size_t>(byte(3)) << 8U | byte(4));
      if (begun.size() - at < length) break;
      const std::lock_guard lock(relay.mutex_);
      relay.seen_.push_back({from_dialler, byte(0), length});
      at += length;
    }
    begun.erase(0, at);
  }
};

CountingRelay::CountingRelay(std::uint16_t to)
    : acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)), to_(to) {
  accept();
  thread_ = std::thread([this] { io_.run(); });
}

CountingRelay::~CountingRelay() {
  io_.stop();
  thread_.join();
}

std::uint16_t CountingRelay::port() const { return acceptor_.local_endpoint().port(); }

std::vector<CountingRelay::Record> CountingRelay::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void CountingRelay::reset() {
  const std::lock_guard lock(mutex_);
  seen_.clear();
}

void CountingRelay::accept() {
  auto dialler = std::make_shared<tcp::socket>(io_);
  acceptor_.async_accept(*dialler, [this, dialler](auto error) {
    if (error) return;
    auto listener = std::make_shared<tcp::socket>(io_);
    boost::system::error_code failed;
    listener->connect({asio::ip::make_address("127.0.0.1"), to_}, failed);
    if (!failed) {
      dialler->set_option(tcp::no_delay(true), failed);
      listener->set_option(tcp::no_delay(true), failed);
      std::make_shared<Pipe>(dialler, listener, *this, true)->run();
      std::make_shared<Pipe>(listener, dialler, *this, false)->run();
    }
    accept();
  });
}

std::vector<CountingRelay::Record> after_handshake(const std::vector<CountingRelay::Record>& records) {
  std::vector<CountingRelay::Record> out;
  std::size_t listener = 0;
  std::size_t dialler = 0;
  for (const auto& record : records) {
    if (record.type != kApplicationData) continue;
    std::size_t& passed = record.from_dialler ? dialler : listener;
    if (++passed > (record.from_dialler ? kDiallerFlight : kListenerFlight)) out.push_back(record);
  }
  return out;
}

}  // namespace koinon
