// One number for all that a node has come to: equal for two builds whose nodes did the same.
#pragma once

#include "tools/sim/sim_node.h"

namespace koinon::sim {

// SHA-256 over what its store holds (logs with their heads and records, evidence, the order of its journal
// and of its arrivals, cursors, asks, wanted files, vouches) and whom its engine trusts, and by which path.
// Of times only those that are stored. Reads the whole store.
Hash digest_of(SimNode& node);

}  // namespace koinon::sim
