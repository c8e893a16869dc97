// Nodes of a measurement become peers.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "tools/bench/processes.h"

namespace koinon {

// The line of a node that serves, with the address at which others reach it.
Result<std::string> peer_line(const NodeProcess& node);
// The same without an address: who is given this waits to be dialled.
Result<std::string> peer_line_without_address(const NodeProcess& node);
// Pins the node of that line, and does not vouch for it.
// `vouch`: it vouches for the city, so that others hear of it through this node.
Status add_peer(const NodeProcess& node, const std::string& line, bool vouch = false);
// The line of a node, with another port in its address.
Result<std::string> peer_line_at(const NodeProcess& node, std::uint16_t port);
// Waits until the node is connected to so many peers, a minute at most.
Status wait_for_peers(const NodeProcess& node, std::size_t count);

}  // namespace koinon
