// The arrivals of the store in memory, numbered as they come. Part of MemoryStore, inside its transactions.
#pragma once

#include <deque>

#include "storage/memory/memory_undo.h"
#include "storage/store/store.h"

namespace koinon {

class MemoryArrivals {
 public:
  explicit MemoryArrivals(MemoryUndo& undo) : undo_(undo) {}

  std::vector<Arrival> after(ArrivalSeq after, std::size_t limit) const;
  // The log is held.
  std::optional<Arrival> of(const LogId& log, EntryIndex index) const;

  // The number of the newest; 0: there is none.
  ArrivalSeq newest() const;

  // The log is cut: `count` entries from `from` on, its last ones, are void.
  void void_from(const LogId& log, EntryIndex from, std::uint64_t count, UnixMillis at);
  void add(const LogId& log, EntryIndex from, std::uint64_t count, ArrivalKind kind, UnixMillis at,
           const std::optional<NodeKey>& source = {});

 private:
  MemoryUndo& undo_;
  std::deque<Arrival> arrivals_;
};

}  // namespace koinon
