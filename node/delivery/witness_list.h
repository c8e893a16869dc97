// The witnesses that the configuration names: `VKEY URL`, one for each key.
#pragma once

#include <string>
#include <vector>

#include "crypto/vkey.h"

namespace koinon {

// What is asked at one address. It may sign with several keys.
struct NamedWitness {
  std::string url;  // its submission prefix, without a slash at the end
  std::vector<VKey> keys;

  bool operator==(const NamedWitness&) const = default;
};

// At most limits::kWitnesses entries. kInvalidArgument: one of them does not read VKEY URL, its key does not
// make cosignatures (type 0x04, cosignature/v1), its address is not one of http or https, or it is named
// twice. The sentence names the entry.
Result<std::vector<NamedWitness>> parse_witnesses(const std::vector<std::string>& entries);

}  // namespace koinon
