#include "crypto/entry_origin.h"

#include <algorithm>

namespace koinon {

// No recovery keeps less than one before it.
std::uint64_t recoveries_before(const KeyHistory& keys, EntryIndex index) {
  return static_cast<std::uint64_t>(
      std::count_if(keys.changes().begin(), keys.changes().end(), [&](const KeyHistory::Change& change) {
        return change.is_recovery && change.statement.size.value <= index.value;
      }));
}

}  // namespace koinon
