// Each peer: is it reached, does it show the key that is pinned, does it want us, does it behave?
#pragma once

#include <cstdint>
#include <optional>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct PeerFacts {
  std::string name;
  std::string node_key;
  std::string address;  // empty: it only dials
  bool connected = true;
  bool paused = false;  // an operator wants no session with it, so nothing is looked for there
  std::string trouble;  // as GET /api/v1/peers says it: unreachable, other-key, not-pinned-there …
  std::string state;    // the same as a sentence
  std::string send;     // our line, for an operator who has not pinned us
  std::int64_t lies = 0;
  std::string last_lie;
  bool shunned = false;
  // Who answers at its address, dialled from here and now; not asked of one that is connected.
  enum class Reach : unsigned char { kNotTried, kItself, kOther, kSilent };
  Reach reach = Reach::kNotTried;
  std::string reach_fault;  // what is in the way
};

struct PeersFacts {
  std::vector<PeerFacts> peers;
  std::size_t knocks = 0;
};

Findings check(const PeersFacts& facts);

}  // namespace koinon::doctor
