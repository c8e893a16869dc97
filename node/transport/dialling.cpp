#include "node/transport/dialling.h"

#include <algorithm>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "crypto/ed25519.h"
#include "node/transport/deadline.h"
#include "node/transport/look_up.h"
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

Dialler::Between by_chance() {
  return [random = std::minstd_rand(get_u32(random_bytes(4)))](MonoTime low, MonoTime high) mutable {
    std::uniform_int_distribution<std::int64_t> chance(low.count(), high.count());
    return MonoTime(chance(random));
  };
}

}  // namespace

Dialling::Dialling(Parts parts) : parts_(std::move(parts)), dialler_(by_chance()), next_(parts_.io) {}

void Dialling::start(std::shared_ptr<asio::ssl::context> tls) {
  tls_ = std::move(tls);
  const MonoTime now = parts_.mono();
  for (const auto& [key, peer] : parts_.peers.all()) dialler_.add(key, !peer.record.address.empty(), now);
  asio::post(parts_.io, [this] { dial_due(); });
}

void Dialling::add(const PeerRecord& peer) {
  dialler_.add(peer.node_key, !peer.address.empty(), parts_.mono());
  dial_due();
}

void Dialling::remove(const NodeKey& peer) {
  dialler_.remove(peer);
  dial_due();
}

void Dialling::session_ended(const NodeKey& peer, PeerTrouble trouble) {
  const auto why =
      trouble == PeerTrouble::kNotPinnedThere ? Dialler::Why::kNotPinnedThere : Dialler::Why::kOther;
  dialler_.session_ended(peer, why, parts_.mono());
  dial_due();
}

void Dialling::stop() {
  stopping_ = true;
  next_.cancel();
}

void Dialling::dial_due() {
  if (stopping_) return;
  const MonoTime now = parts_.mono();
  for (const Dialler::Attempt& attempt : dialler_.take_due(now, parts_.shuns)) {
    const PeerRecord* peer = parts_.peers.record(attempt.peer);
    if (peer != nullptr) asio::co_spawn(parts_.io, dial(attempt, peer->address), asio::detached);
  }
  const MonoTime next = dialler_.next();
  if (next == MonoTime::max()) {
    next_.cancel();
    return;
  }
  next_.expires_after(std::max(next - now, MonoTime(0)));
  next_.async_wait([this](const error_code& error) {
    if (!error) dial_due();
  });
}

asio::awaitable<void> Dialling::dial(Dialler::Attempt attempt, std::string address) {
  Outcome outcome = co_await connect(attempt.peer, std::move(address));
  if (stopping_ || !dialler_.is_under_way(attempt)) co_return;
  if (outcome.trouble == PeerTrouble::kNone) {
    dialler_.succeeded(attempt);
    parts_.on_connected(std::move(outcome.stream), std::move(outcome.check));
  } else {
    dialler_.failed(attempt, Dialler::Why::kOther, parts_.mono());
    parts_.peers.attempt_failed(attempt.peer, outcome.trouble, std::move(outcome.why));
  }
  dial_due();
}

asio::awaitable<Dialling::Outcome> Dialling::connect(NodeKey key, std::string address) {
  const auto unreachable = [](std::string why) {
    return Outcome{PeerTrouble::kUnreachable, std::move(why), nullptr, nullptr};
  };
  const auto parsed = parse_address(address);
  if (!parsed.ok()) co_return unreachable(parsed.error().message);
  const LookedUp found = co_await look_up(parsed->host, parsed->port);
  if (found.error) co_return unreachable(address + " cannot be looked up: " + found.error.message());
  error_code error;
  tcp::socket socket(parts_.io);
  {
    const Deadline deadline(socket, kConnectDeadline);
    co_await asio::async_connect(socket, found.endpoints, redirect_error(use_awaitable, error));
  }
  if (error) co_return unreachable(address + " does not answer: " + error.message());
  socket.set_option(tcp::no_delay(true), error);
  auto check = std::make_unique<PinCheck>();
  check->accepts = [key](const NodeKey& seen) {
    return seen == key ? Pinning::kPinned : Pinning::kNotPinned;
  };
  auto stream = std::make_unique<TlsStream>(std::move(socket), *tls_);
  attach(*stream, *check);
  const bool shaken = co_await shake_hands(stream.get(), false);
  if (check->refused) {
    co_return Outcome{PeerTrouble::kOtherKey,
                      address + " shows the node key " + to_text(*check->refused) +
                          ", and another one is pinned: ask its operator for its line (koinon id)",
                      nullptr, nullptr};
  }
  if (!shaken || !check->seen)
    co_return unreachable(address + " answers, and not as a node: the handshake failed");
  co_return Outcome{PeerTrouble::kNone, {}, std::move(stream), std::move(check)};
}

}  // namespace koinon
