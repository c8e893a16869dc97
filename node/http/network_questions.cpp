#include "node/http/network_questions.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace koinon {
namespace asio = boost::asio;

asio::awaitable<NetworkStatus> ask_network(Network* network) {
  const auto ask = [network]() -> asio::awaitable<NetworkStatus> { co_return network->status(); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<CityStanding> ask_standing(Network* network, LogId log) {
  const auto ask = [network, log]() -> asio::awaitable<CityStanding> { co_return network->standing(log); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

}  // namespace koinon
