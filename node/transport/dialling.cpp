#include "node/transport/dialling.h"

#include <algorithm>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "crypto/ed25519.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

Dialler::Between by_chance() {
  return [random = std::minstd_rand(get_u32(random_bytes(4)))](MonoTime low, MonoTime high) mutable {
    std::uniform_int_distribution<std::int64_t> chance(low.count(), high.count());
    return MonoTime(chance(random));
  };
}

bool is_dialled(const PeerRecord& peer) { return !peer.address.empty() && !peer.paused; }

}  // namespace

Dialling::Dialling(Parts parts)
    : parts_(std::move(parts)),
      look_ups_(parts_.io),
      back_(
          parts_.io, [this](Whom whom) { return reach(std::move(whom)); }, parts_.on_reached_back),
      dialler_(by_chance()),
      next_(parts_.io) {}

void Dialling::start(std::shared_ptr<asio::ssl::context> tls) {
  tls_ = std::move(tls);
  const MonoTime now = parts_.mono();
  for (const auto& [key, peer] : parts_.peers.all()) dialler_.add(key, is_dialled(peer.record), now);
  asio::post(parts_.io, [this] { dial_due(); });
}

void Dialling::add(const PeerRecord& peer) {
  dialler_.add(peer.node_key, is_dialled(peer), parts_.mono());
  dial_due();
}

void Dialling::remove(const NodeKey& peer) {
  dialler_.remove(peer);
  dial_due();
}

void Dialling::hurry(const NodeKey& peer) {
  dialler_.hurry(peer, parts_.mono());
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
  // For the sake of a key that is awaited in its place, one that is shunned is dialled too.
  const auto rests = [this](const NodeKey& key) {
    return parts_.shuns(key) && !parts_.peers.awaited_for(key);
  };
  for (const Dialler::Attempt& attempt : dialler_.take_due(now, rests)) {
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
    parts_.peers.attempt_failed(attempt.peer, outcome.trouble, outcome.why);
  }
  dial_due();
}

asio::awaitable<Dialling::Outcome> Dialling::connect(NodeKey key, std::string address) {
  const auto unreachable = [](Error why) {
    return Outcome{PeerTrouble::kUnreachable, std::move(why), nullptr, nullptr};
  };
  const auto parsed = parse_address(address);
  if (!parsed.ok()) co_return unreachable(parsed.error());
  const auto awaited = parts_.peers.awaited_for(key);
  const bool is_shunned = awaited && parts_.shuns(key);
  Reached reached = co_await reach({*parsed, is_shunned ? *awaited : key, tls_, awaited});
  switch (reached.how) {
    case Reached::How::kNotLookedUp:
    case Reached::How::kSilent:
    case Reached::How::kHangs:
      co_return unreachable(no_answer(reached, address));
    case Reached::How::kNoNode:
      co_return unreachable(
          fail(Code::kUnavailable, Sentence{"reach.no_node",
                                            "{address} answers, and not as a node: the handshake failed",
                                            {{"address", address}}}));
    case Reached::How::kOtherKey:
      if (is_shunned && *reached.shown == key)
        co_return Outcome{PeerTrouble::kOtherKey,
                          fail(Code::kRefused, address + " still shows the node key " + to_text(key) +
                                                   ", which is refused for a while; its log names a new one"),
                          nullptr, nullptr};
      co_return Outcome{
          PeerTrouble::kOtherKey,
          fail(Code::kRefused, address + " shows the node key " + to_text(*reached.shown) +
                                   ", and another one is pinned: ask its operator for its line (koinon id)"),
          nullptr, nullptr};
    case Reached::How::kYes:
      break;
  }
  co_return Outcome{PeerTrouble::kNone, {}, std::move(reached.stream), std::move(reached.check)};
}

}  // namespace koinon
