// An arrival says that something is now held here, or is held no longer. Arrivals are numbered in the order
// in which the store wrote them, one number an entry. The index and the sending of news follow the store by
// these numbers.
#pragma once

#include <optional>

#include "proto/base/types.h"

namespace koinon {

enum class ArrivalKind : unsigned char {
  kAdded = 1,
  kBody = 2,      // a body came after its entry
  kErased = 3,    // a withdrawal took the body away
  kReleased = 4,  // our filter no longer wants the body, or what erased it is void
  kRemoved = 5,   // the log was removed: entries [from, from + count) are gone
  kVoided = 6,    // the log was taken back from whoever had stolen its key: entries [from, from + count) are
                  // void and gone
};
struct Arrival {
  ArrivalSeq first;  // arrival number of the entry `from`; the entries after it have the next numbers
  LogId log;
  EntryIndex from;
  std::uint64_t count = 0;
  ArrivalKind kind = ArrivalKind::kAdded;
  UnixMillis at;
  std::optional<NodeKey> source;  // the peer that sent it; none: we wrote it, or it is not known
};

}  // namespace koinon
