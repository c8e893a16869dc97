#include "node/api/network_questions.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/transport/network.h"

namespace koinon {
namespace asio = boost::asio;

asio::awaitable<NetworkStatus> ask_network(Network* network) {
  const auto ask = [network]() -> asio::awaitable<NetworkStatus> { co_return network->status(); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<CityStanding> ask_standing(Network* network, LogId log, StandingWish wish) {
  const auto ask = [network, log, wish]() -> asio::awaitable<CityStanding> {
    co_return network->standing(log, wish);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<TrustPaths> ask_paths(Network* network, std::vector<LogId> logs) {
  const auto ask = [network, logs = std::move(logs)]() -> asio::awaitable<TrustPaths> {
    co_return network->paths(logs);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<TrustGraph> ask_graph(Network* network, std::optional<LogId> own, std::size_t most) {
  const auto ask = [network, own, most]() -> asio::awaitable<TrustGraph> {
    co_return network->graph(own, most);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<ReachView> ask_reach_view(Network* network, std::string address) {
  const auto ask = [network, address = std::move(address)]() -> asio::awaitable<ReachView> {
    co_return co_await network->ask_reaches(address);
  };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

asio::awaitable<std::string> ask_topics(Network* network) {
  const auto ask = [network]() -> asio::awaitable<std::string> { co_return network->filter().text(); };
  co_return co_await asio::co_spawn(network->context(), ask, asio::use_awaitable);
}

}  // namespace koinon
