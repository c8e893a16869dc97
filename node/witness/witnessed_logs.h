// The logs for which this node is a witness, as lists of logs name them. The format is that of
// witness-network.org ("Log-list format", logs/v0): lines of a word and a value; an empty line ends a log.
//
//   logs/v0
//
//   origin seoul.example/koinon/LOGID
//   vkey seoul.example/koinon/LOGID+ID+KEY
//   qpd 86400
//   contact it@seoul.example
//
// A log without a line `origin` has the name of its vkey as its origin. Lists are read leniently: what a list
// says that we do not understand is told, and skipped. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/vkey.h"

namespace koinon {

struct WitnessedLog {
  std::string origin;
  std::vector<VKey> keys;     // of type Ed25519, at least one; any of them may sign its heads
  std::uint64_t per_day = 0;  // requests that the list allows it; 0: it does not say
};

class WitnessedLogs {
 public:
  // Takes all logs of a list that can be read. Returns what is wrong with the rest, a sentence each, with the
  // number of its line; at most limits::kWitnessWarnings, then how many more there are. A log that stands
  // already, of this list or another, keeps the keys that it has: a second list must not bring another key
  // for it.
  std::vector<std::string> add_list(std::string_view text);

  // Nothing: we are no witness for that log.
  const WitnessedLog* find(std::string_view origin) const;
  std::size_t size() const { return logs_.size(); }

 private:
  friend class WitnessListReader;
  std::map<std::string, WitnessedLog, std::less<>> logs_;
};

}  // namespace koinon
