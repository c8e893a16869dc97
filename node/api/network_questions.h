// Questions of requests to the network. They are answered on the network's thread.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "node/transport/network_view.h"

namespace koinon {

class Network;

// `network` must live longer than every request.
boost::asio::awaitable<NetworkStatus> ask_network(Network* network);
boost::asio::awaitable<CityStanding> ask_standing(Network* network, LogId log, StandingWish wish = {});
boost::asio::awaitable<TrustPaths> ask_paths(Network* network, std::vector<LogId> logs);
boost::asio::awaitable<TrustGraph> ask_graph(Network* network, std::optional<LogId> own, std::size_t most);
// Whether peers reach us at this address; see Network::ask_reaches.
boost::asio::awaitable<ReachView> ask_reach_view(Network* network, std::string address);
// The topics that this node wants, as text.
boost::asio::awaitable<std::string> ask_topics(Network* network);

}  // namespace koinon
