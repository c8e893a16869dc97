#include "node/transport/listener.h"

#include <chrono>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/text/networks.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::minutes kKnockTold{1};  // one line of the log for whoever is new in it

class HandshakeUnderWay {
 public:
  HandshakeUnderWay(Handshakes& all, Handshakes::Number number) : all_(all), number_(number) {}
  ~HandshakeUnderWay() { all_.end(number_); }
  HandshakeUnderWay(const HandshakeUnderWay&) = delete;
  HandshakeUnderWay& operator=(const HandshakeUnderWay&) = delete;

 private:
  Handshakes& all_;
  Handshakes::Number number_;
};

}  // namespace

Listener::Listener(Parts parts) : parts_(std::move(parts)), acceptor_(parts_.io) {}

Status Listener::start(std::shared_ptr<asio::ssl::context> tls) {
  tls_ = std::move(tls);
  if (parts_.address.empty()) return {};
  error_code error;
  const auto address = asio::ip::make_address(parts_.address, error);
  if (error) return fail(Code::kInvalidArgument, "it is not an IP address", "listen");
  KOINON_TRY(bind({address, parts_.port}));
  asio::co_spawn(parts_.io, accept_loop(), asio::detached);
  return {};
}

Status Listener::bind(const tcp::endpoint& endpoint) {
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return fail(Code::kIo,
                "peers cannot be served on " + parts_.address + ":" + std::to_string(parts_.port) + ": " +
                    error.message() + "; choose another --peer-port",
                "peer.port");
  }
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void Listener::stop() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  handshakes_.close_all();
}

asio::awaitable<void> Listener::accept_loop() {
  asio::steady_timer pause(parts_.io);
  while (!stopping_) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(redirect_error(use_awaitable, error));
    if (stopping_) co_return;
    if (error) {
      // Out of descriptors, most likely: wait for some to be closed.
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    asio::co_spawn(parts_.io, receive(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Listener::receive(tcp::socket socket) {
  error_code error;
  socket.set_option(tcp::no_delay(true), error);
  const std::string address = socket.remote_endpoint(error).address().to_string();
  const std::string network = network_of(address);
  auto check = std::make_unique<PinCheck>();
  check->accepts = [this](const NodeKey& key) { return pinning_of(key); };
  auto stream = std::make_unique<TlsStream>(std::move(socket), *tls_);
  attach(*stream, *check);
  const Handshakes::Number number = handshakes_.begin(network, [raw = stream.get()] {
    error_code ignored;
    raw->next_layer().close(ignored);
  });
  bool shaken = false;
  {
    // Also where shake_hands throws: Handshakes must not close a stream that is gone.
    const HandshakeUnderWay under_way(handshakes_, number);
    shaken = co_await shake_hands(stream.get(), true) == Shaken::kYes;
  }
  // The key of an invite, also of one that was used, revoked or has expired, is nobody's to pin.
  if (check->refused && !is_known(*check->refused) && !parts_.joining.invite(*check->refused))
    on_knock(*check->refused, network, address);
  if (!shaken || !check->seen || stopping_) co_return;
  if (auto invite = parts_.joining.invite(*check->seen); invite) {
    co_await parts_.joining.serve(std::move(stream), std::move(*invite));
    co_return;
  }
  parts_.on_connected(std::move(stream), std::move(check));
}

Pinning Listener::pinning_of(const NodeKey& key) const {
  if (parts_.joining.welcomes(key)) return Pinning::kPinned;
  if (!is_known(key)) return Pinning::kNotPinned;
  if (parts_.peers.is_paused(key)) return Pinning::kNotNow;
  // The key that is shown: what somebody did with the old one, which may be stolen, keeps no new one out.
  return parts_.shuns(key) ? Pinning::kNotNow : Pinning::kPinned;
}

bool Listener::is_known(const NodeKey& key) const {
  return parts_.peers.contains(key) || parts_.peers.pinned_for(key);
}

// Strangers write a line a minute at most.
void Listener::on_knock(const NodeKey& key, const std::string& network, const std::string& address) {
  const UnixMillis wall = parts_.clock.wall();
  if (!knocks_.add(key, network, address, wall)) return;
  const MonoTime now = parts_.clock.mono();
  if (knock_told_ != MonoTime{} && now - knock_told_ < kKnockTold) return;
  knock_told_ = now;
  parts_.on_knock({key, address, network, 1, wall, wall});
}

}  // namespace koinon
