// Computes whom a node should trust, without the engine: from the vouches in the logs of its store, by the
// rules of the design.
#pragma once

#include <map>
#include <set>

#include "tools/sim/sim_node.h"

namespace koinon::sim {

struct PolicyRules {
  unsigned hops = 2;
  std::size_t admits = 100;
};

// The vouches in a node's store, independent of the engine.
class VouchBook {
 public:
  // Forgets everything and reads the store.
  void read(SimNode& node);
  void add(const VouchFact& vouch);
  std::set<LogId> trusted(const SimNode& node, const PolicyRules& rules) const;

 private:
  // What the rules ask of a vouch. Each node of a large network has some hundred of them.
  struct Vouch {
    EntryIndex index;
    UnixMillis expires_at;
    bool withdrawn = false;
  };
  std::map<LogId, std::map<LogId, Vouch>> vouches_;  // by voucher, by target
};

}  // namespace koinon::sim
