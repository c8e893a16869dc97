// What a request asks the network, answered on the network's thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/transport/network.h"

namespace koinon {

// `network` outlives every request.
boost::asio::awaitable<NetworkStatus> ask_network(Network* network);
boost::asio::awaitable<CityStanding> ask_standing(Network* network, LogId log);

}  // namespace koinon
