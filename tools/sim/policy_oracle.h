// Whom a node should trust, computed apart from the engine: from the vouches in the logs that its store holds,
// by the rules of the design.
#pragma once

#include <set>

#include "tools/sim/sim_node.h"

namespace koinon::sim {

struct PolicyRules {
  unsigned hops = 2;
  std::size_t admits = 100;
};

// By what the node's own store says now.
std::set<LogId> trusted_by(SimNode& node, const std::vector<LogId>& peers, const PolicyRules& rules);

}  // namespace koinon::sim
