// What a node remembers of the cosignatures of each log while it runs, and from one start to the next. The
// lines themselves stay in the store: cosigned.h.
#pragma once

#include <optional>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

// What an engine remembers of a head: which lines are kept, and not the lines.
struct CosignedBrief {
  std::uint64_t recoveries = 0;
  TreeSize size;
  Hash root;
  UnixMillis since;
  std::vector<std::uint32_t> key_ids;  // of the lines that count
  std::vector<std::uint32_t> unknown;  // of the lines that are carried
  bool operator==(const CosignedBrief&) const = default;
};
// The newest checkpoint of a log that our own cosigner has signed. It outlives the log's removal.
struct LastCosigned {
  std::uint64_t recoveries = 0;  // of its origin; heads are ordered by it, then by size
  TreeSize size;
  Hash root;
  bool operator==(const LastCosigned&) const = default;
};
// All that is known of the cosignatures of one log, for an engine's start.
struct LogCosigned {
  LogId log;
  std::optional<LastCosigned> last;  // by our own cosigner
  std::vector<CosignedBrief> heads;  // the newest first
};

}  // namespace koinon
