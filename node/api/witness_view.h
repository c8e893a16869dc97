// What an operator is shown of the witness for other systems.
#pragma once

#include <cstdint>
#include <string>

namespace koinon {

struct WitnessView {
  std::string vkey;            // of type cosignature/v1; empty: it has no key yet
  std::uint16_t port = 0;      // where it listens; 0: it does not
  std::uint64_t logs = 0;      // that its lists name
  std::uint64_t cosigned = 0;  // heads, since the start
  std::string trouble;         // why it cosigns nothing now; empty: it does
};

}  // namespace koinon
