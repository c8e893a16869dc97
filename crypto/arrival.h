// An arrival: something came to be held here, or no longer is. Arrivals are numbered in the order in which
// the store wrote them, one number an entry; what follows the store (the index, the sending of news) counts
// by them.
#pragma once

#include <optional>

#include "proto/base/types.h"

namespace koinon {

enum class ArrivalKind : unsigned char {
  kAdded = 1,
  kBody = 2,      // a body came after its entry
  kErased = 3,    // a withdrawal took the body away
  kReleased = 4,  // our filter no longer wants the body
  kRemoved = 5,   // the log was removed: entries [from, from + count) are gone
};
struct Arrival {
  ArrivalSeq first;  // arrival number of `from`; the following entries count on from it
  LogId log;
  EntryIndex from;
  std::uint64_t count = 0;
  ArrivalKind kind = ArrivalKind::kAdded;
  UnixMillis at;
  std::optional<NodeKey> source;  // the peer that it came from; none: ourselves, or not known
};

}  // namespace koinon
