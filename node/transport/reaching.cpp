#include "node/transport/reaching.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/limits.h"

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

struct Attempt {
  Attempt(const asio::any_io_executor& executor, tcp::endpoint to)
      : endpoint(std::move(to)), socket(executor), deadline(executor, limits::kConnectDeadline) {}

  tcp::endpoint endpoint;
  tcp::socket socket;
  asio::steady_timer deadline;
  bool ended = false;
  error_code error;
};

// Kept by whoever waits and by the attempts' own answers: either may be gone first.
struct Race {
  explicit Race(const asio::any_io_executor& executor) : news(executor) {}

  asio::steady_timer news;  // cancelled when an attempt ends
  std::vector<std::shared_ptr<Attempt>> attempts;

  bool over() const {
    return std::all_of(attempts.begin(), attempts.end(), [](const auto& one) { return one->ended; });
  }
  std::shared_ptr<Attempt> winner() const {
    const auto won = std::find_if(attempts.begin(), attempts.end(),
                                  [](const auto& one) { return one->ended && !one->error; });
    return won == attempts.end() ? nullptr : *won;
  }
};

void end(Race& race, Attempt& attempt, const error_code& error) {
  if (attempt.ended) return;
  attempt.ended = true;
  attempt.error = error;
  attempt.deadline.cancel();
  error_code ignored;
  if (error) attempt.socket.close(ignored);
  race.news.cancel();
}

void begin(const std::shared_ptr<Race>& race, const tcp::endpoint& endpoint) {
  const auto attempt = std::make_shared<Attempt>(race->news.get_executor(), endpoint);
  race->attempts.push_back(attempt);
  attempt->deadline.async_wait([race, attempt](const error_code& error) {
    if (!error) end(*race, *attempt, asio::error::timed_out);
  });
  attempt->socket.async_connect(endpoint,
                                [race, attempt](const error_code& error) { end(*race, *attempt, error); });
}

struct Connected {
  std::optional<tcp::socket> socket;
  error_code error;  // of the first one, if none stands
};

// Takes out of `left` the one that answered and those that failed: what stays may be tried another time.
asio::awaitable<Connected> connect_to_one(std::vector<tcp::endpoint>* left) {
  const auto race = std::make_shared<Race>(co_await asio::this_coro::executor);
  std::size_t begun = 0;
  while (race->winner() == nullptr && (begun < left->size() || !race->over())) {
    if (begun < left->size()) begin(race, (*left)[begun++]);
    race->news.expires_at(begun < left->size()
                              ? asio::steady_timer::clock_type::now() + limits::kConnectStagger
                              : asio::steady_timer::time_point::max());
    error_code ignored;
    co_await race->news.async_wait(redirect_error(use_awaitable, ignored));
  }
  const auto winner = race->winner();
  std::vector<tcp::endpoint> again;
  for (const auto& attempt : race->attempts) {
    if (attempt == winner || (attempt->ended && attempt->error)) continue;
    again.push_back(attempt->endpoint);
    end(*race, *attempt, asio::error::operation_aborted);
    error_code ignored;
    attempt->socket.close(ignored);  // also of one that came second
  }
  again.insert(again.end(), left->begin() + static_cast<std::ptrdiff_t>(begun), left->end());
  *left = std::move(again);
  Connected out;
  if (winner != nullptr) {
    out.socket = std::move(winner->socket);
  } else {
    out.error = race->attempts.front()->error;
  }
  co_return out;
}

// Whether who answered is the one that is meant; if not, `out` says what it was.
asio::awaitable<bool> shake(tcp::socket socket, const Whom* whom, Reached* out) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto check = std::make_unique<PinCheck>();
  check->accepts = [key = whom->key, or_key = whom->or_key](const NodeKey& seen) {
    return seen == key || seen == or_key ? Pinning::kPinned : Pinning::kNotPinned;
  };
  auto stream = std::make_unique<TlsStream>(std::move(socket), *whom->tls);
  attach(*stream, *check);
  const Shaken shaken = co_await shake_hands(stream.get(), false);
  if (shaken == Shaken::kYes && check->seen) {
    out->how = Reached::How::kYes;
    out->check = std::move(check);
    out->stream = std::move(stream);
    co_return true;
  }
  if (check->refused) {
    out->how = Reached::How::kOtherKey;
    out->shown = check->refused;
  } else {
    out->how =
        std::max(out->how, shaken == Shaken::kNotInTime ? Reached::How::kHangs : Reached::How::kNoNode);
  }
  co_return false;
}

}  // namespace

std::vector<asio::ip::address> in_turns(const std::vector<asio::ip::address>& addresses, std::size_t most) {
  std::vector<asio::ip::address> first, second;
  for (const auto& address : addresses) {
    auto& kind = address.is_v6() == addresses.front().is_v6() ? first : second;
    if (kind.size() < most && std::find(kind.begin(), kind.end(), address) == kind.end())
      kind.push_back(address);
  }
  std::vector<asio::ip::address> out;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  out.resize(std::min(out.size(), most));
  return out;
}

Error no_answer(const Reached& reached, const std::string& address, std::string field) {
  const std::string why = reached.error.message();
  if (reached.how == Reached::How::kNotLookedUp) {
    return fail(Code::kUnavailable,
                Sentence{"reach.not_looked_up",
                         "{address} cannot be looked up: {why}",
                         {{"address", address}, {"why", why}}},
                std::move(field));
  }
  if (reached.how == Reached::How::kHangs) {
    return fail(Code::kUnavailable,
                Sentence{"reach.hangs",
                         "{address} accepts the connection and says nothing: its node is busy or hangs, try "
                         "again",
                         {{"address", address}}},
                std::move(field));
  }
  if (reached.error == asio::error::connection_refused) {
    return fail(Code::kUnavailable,
                Sentence{"reach.refused",
                         "{address} does not answer: {why}; nobody listens at this port",
                         {{"address", address}, {"why", why}}},
                std::move(field));
  }
  return fail(
      Code::kUnavailable,
      Sentence{"reach.silent", "{address} does not answer: {why}", {{"address", address}, {"why", why}}},
      std::move(field));
}

asio::awaitable<Reached> reach(LookUps& look_ups, Whom whom) {
  Reached out;
  const LookedUp found = co_await look_ups.addresses(whom.address.host);
  if (found.error) {
    out.error = found.error;
    co_return out;
  }
  out.how = Reached::How::kSilent;
  std::vector<tcp::endpoint> left;
  for (const auto& address : in_turns(found.addresses, limits::kAddressesTried))
    left.emplace_back(address, whom.address.port);
  while (!left.empty()) {
    Connected connected = co_await connect_to_one(&left);
    if (!connected.socket) {
      out.error = connected.error;
      break;
    }
    if (co_await shake(std::move(*connected.socket), &whom, &out)) break;
  }
  co_return out;
}

}  // namespace koinon
