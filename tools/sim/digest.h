// A digest of a node's final state. It is equal for two builds whose nodes did the same.
#pragma once

#include "tools/sim/sim_node.h"

namespace koinon::sim {

// SHA-256 over all that the store holds (logs with their heads and records, evidence, the order of its
// journal and of its arrivals, cursors, asks, wanted files, vouches), and over whom its engine trusts and by
// which path. Only stored times are in it. Reads the whole store.
Hash digest_of(SimNode& node);

}  // namespace koinon::sim
