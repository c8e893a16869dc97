// Which versions run: here, on this disk, and at the peers.
#pragma once

#include "tools/doctor/finding.h"
#include "tools/start_hint.h"

namespace koinon::doctor {

struct VersionFacts {
  std::string program;  // of this koinon
  std::string daemon;   // of the koinond that runs; empty: none does
  struct Peer {
    std::string name;
    std::string agent;  // koinon/1.2.3; empty: it is not connected
  };
  std::vector<Peer> peers;
  StartHint start = {};  // of the koinond that runs
};

Findings check(const VersionFacts& facts);

}  // namespace koinon::doctor
