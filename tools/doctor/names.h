// Whether the names of hosts lead to addresses (DNS).
#pragma once

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct NameFacts {
  struct Name {
    std::string host;   // no address in digits
    std::string whose;  // of a peer, by its city; empty: our own
    std::string fault;  // what the system says; empty: it has an address
  };
  std::vector<Name> names;
};

Findings check(const NameFacts& facts);

}  // namespace koinon::doctor
