// How far this node is behind: its index, notes that are missing, peers' logs.
#pragma once

#include <cstdint>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct LagFacts {
  std::uint64_t index = 0;       // records that it lacks
  std::uint64_t index_most = 0;  // so many are on their way, and no fault
  std::uint64_t bodies = 0;      // notes that are wanted and not here, for ten minutes (the alarm `missing`)
  struct Peer {
    std::string name;
    std::uint64_t entries = 0;  // of its log that are known to exist and are not here
  };
  std::vector<Peer> peers;
};

Findings check(const LagFacts& facts);

}  // namespace koinon::doctor
