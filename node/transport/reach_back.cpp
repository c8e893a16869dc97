#include "node/transport/reach_back.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "crypto/ed25519.h"
#include "node/text/networks.h"
#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// This machine, and networks that are no part of the Internet (RFC 1122, 1918, 3927, 4193, 4291, 6598).
constexpr std::array kInside = {"0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10",  "127.0.0.0/8",
                                "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::1",
                                "fc00::/7",       "fe80::/10"};

bool is_inside(const std::string& address) {
  return std::any_of(kInside.begin(), kInside.end(), [&](const char* text) {
    const auto range = AddressRange::parse(text);
    return range.ok() && range->contains(address);
  });
}

bool is_host_of(const std::string& pinned, const std::string& address) {
  const auto parsed = parse_address(pinned);
  if (!parsed.ok()) return false;
  const auto host = AddressRange::parse(parsed->host);
  return host.ok() && host->contains(address);
}

}  // namespace

std::optional<Address> reach_back_target(const std::string& pinned, const std::string& announced,
                                         const std::string& from) {
  auto address = parse_address(announced);
  if (!address.ok()) return std::nullopt;
  if (announced == pinned) return std::move(*address);
  if (from.empty()) return std::nullopt;
  // Behind a relay or a forwarded port everybody comes from here: the port would be one of somebody else.
  if (is_inside(from) && !is_host_of(pinned, from)) return std::nullopt;
  return Address{from, address->port};
}

v1::ReachOutcome reach_outcome(const Reached& reached, const NodeKey& key) {
  switch (reached.how) {
    case Reached::How::kNotLookedUp:
      return v1::REACH_OUTCOME_NOT_LOOKED_UP;
    case Reached::How::kSilent:
      return reached.error == asio::error::connection_refused ? v1::REACH_OUTCOME_REFUSED
                                                              : v1::REACH_OUTCOME_SILENT;
    case Reached::How::kHangs:
      return v1::REACH_OUTCOME_SILENT;
    case Reached::How::kNoNode:
      return v1::REACH_OUTCOME_NO_NODE;
    case Reached::How::kOtherKey:
      return reached.shown == key ? v1::REACH_OUTCOME_REACHED : v1::REACH_OUTCOME_OTHER_KEY;
    case Reached::How::kYes:
      break;  // nobody has the key that was awaited
  }
  return v1::REACH_OUTCOME_OTHER_KEY;
}

void ReachBack::dial(const NodeKey& peer, const Address& target) {
  const auto attempt = std::make_shared<Attempt>(io_, peer, target);
  attempt->deadline.expires_after(limits::kReachDeadline);
  attempt->deadline.async_wait([this, attempt](const boost::system::error_code& error) {
    if (!error) tell(*attempt, v1::REACH_OUTCOME_SILENT);
  });
  asio::co_spawn(io_, try_once(attempt), asio::detached);
}

// The key that must be shown is nobody's, so the handshake ends when the other side has shown its own.
asio::awaitable<void> ReachBack::try_once(std::shared_ptr<Attempt> attempt) {
  const auto tls = make_tls_context(SigningKey::generate());
  if (!tls.ok()) {
    tell(*attempt, v1::REACH_OUTCOME_NOT_DIALLED);
    co_return;
  }
  const NodeKey nobodys = NodeKey::from(random_bytes(NodeKey::kSize));
  const Reached reached = co_await reach_({attempt->target, nobodys, *tls});
  tell(*attempt, reach_outcome(reached, attempt->peer));
}

void ReachBack::tell(Attempt& attempt, v1::ReachOutcome outcome) {
  if (std::exchange(attempt.told, true)) return;
  attempt.deadline.cancel();
  tell_(attempt.peer, outcome, attempt.target.text());
}

asio::awaitable<void> ReachBack::wait(std::function<bool()> done) {
  const auto timer = std::make_shared<asio::steady_timer>(io_);
  const auto end = asio::steady_timer::clock_type::now() + limits::kReachedWait;
  std::erase_if(waiting_, [](const auto& one) { return one.expired(); });
  waiting_.emplace_back(timer);
  while (!done() && asio::steady_timer::clock_type::now() < end) {
    timer->expires_at(end);
    boost::system::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void ReachBack::note_news() {
  for (const auto& one : waiting_) {
    if (const auto timer = one.lock()) timer->cancel();
  }
}

}  // namespace koinon
