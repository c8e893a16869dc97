#include "node/transport/dialling.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "crypto/ed25519.h"
#include "node/transport/deadline.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {
constexpr std::chrono::seconds kConnectDeadline{10};
constexpr std::chrono::seconds kShunnedPause{30};
}  // namespace

Dialling::Dialling(Parts parts) : parts_(std::move(parts)), jitter_(get_u32(random_bytes(4))) {}

void Dialling::start(std::shared_ptr<asio::ssl::context> tls) {
  tls_ = std::move(tls);
  for (const auto& [key, peer] : parts_.peers.all()) watch(peer);
}

void Dialling::watch(std::shared_ptr<Peers::Peer> peer) {
  asio::co_spawn(parts_.io, dial_loop(std::move(peer)), asio::detached);
}

void Dialling::stop() {
  stopping_ = true;
  for (const auto& [key, peer] : parts_.peers.all()) peer->wake_up();
}

std::chrono::milliseconds Dialling::backoff(const Peers::Peer& peer) {
  using std::chrono::milliseconds;
  milliseconds wait = limits::kDialBackoffMin * (std::int64_t{1} << std::min(peer.failures, 16U));
  wait = std::min<milliseconds>(wait, limits::kDialBackoffMax);
  // Its operator is about to pin us, and looks whether it has worked.
  if (peer.trouble == PeerTrouble::kNotPinnedThere)
    wait = std::min<milliseconds>(wait, limits::kUnpinnedPause);
  // Half of it by chance, so that nodes that went down together do not come back together.
  std::uniform_int_distribution<std::int64_t> chance(wait.count() / 2, wait.count());
  return milliseconds(chance(jitter_));
}

asio::awaitable<Dialling::Attempt> Dialling::dial(std::shared_ptr<Peers::Peer> peer) {
  const auto unreachable = [](std::string why) { return Attempt{PeerTrouble::kUnreachable, std::move(why)}; };
  const auto address = parse_address(peer->record.address);
  if (!address.ok()) co_return unreachable(address.error().message);
  tcp::resolver resolver(parts_.io);
  error_code error;
  const auto endpoints = co_await resolver.async_resolve(address->host, std::to_string(address->port),
                                                         redirect_error(use_awaitable, error));
  if (error) co_return unreachable(peer->record.address + " cannot be looked up: " + error.message());
  tcp::socket socket(parts_.io);
  {
    const Deadline deadline(socket, kConnectDeadline);
    co_await asio::async_connect(socket, endpoints, redirect_error(use_awaitable, error));
  }
  if (error) co_return unreachable(peer->record.address + " does not answer: " + error.message());
  socket.set_option(tcp::no_delay(true), error);
  auto check = std::make_unique<PinCheck>();
  check->accepts = [expected = peer->record.node_key](const NodeKey& key) {
    return key == expected ? Pinning::kPinned : Pinning::kNotPinned;
  };
  auto stream = std::make_unique<TlsStream>(std::move(socket), *tls_);
  pin(*stream, *check);
  const bool shaken = co_await shake_hands(stream.get(), false);
  if (check->refused) {
    co_return Attempt{PeerTrouble::kOtherKey,
                      peer->record.address + " shows the node key " + to_text(*check->refused) +
                          ", and another one is pinned: ask its operator for its line (koinon id)"};
  }
  if (!shaken || !check->seen)
    co_return unreachable(peer->record.address + " answers, and not as a node: the handshake failed");
  if (stopping_ || peer->removed) co_return unreachable("stopped");
  parts_.on_connected(std::move(stream), std::move(check));
  co_return Attempt();
}

asio::awaitable<void> Dialling::dial_loop(std::shared_ptr<Peers::Peer> peer) {
  peer->wake = std::make_shared<asio::steady_timer>(parts_.io);
  const auto wake = peer->wake;
  while (!stopping_ && !peer->removed) {
    error_code ignored;
    if (peer->session || peer->record.address.empty()) {
      wake->expires_at(asio::steady_timer::time_point::max());
      co_await wake->async_wait(redirect_error(use_awaitable, ignored));
      if (stopping_ || peer->removed) co_return;
      if (peer->session || peer->record.address.empty()) continue;
      wake->expires_after(backoff(*peer));
      co_await wake->async_wait(redirect_error(use_awaitable, ignored));
      continue;
    }
    if (parts_.shuns(peer->record.node_key)) {
      wake->expires_after(kShunnedPause);
      co_await wake->async_wait(redirect_error(use_awaitable, ignored));
      continue;
    }
    const Attempt attempt = co_await dial(peer);
    if (attempt.trouble == PeerTrouble::kNone) {
      ++peer->failures;  // until its session is ready
      continue;
    }
    ++peer->failures;
    if (!peer->session) parts_.peers.tell(*peer, attempt.trouble, attempt.why);
    wake->expires_after(backoff(*peer));
    co_await wake->async_wait(redirect_error(use_awaitable, ignored));
  }
}

}  // namespace koinon
