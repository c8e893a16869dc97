#include "storage/memory/memory_arrivals.h"

#include <algorithm>

#include "storage/store/arrival_rules.h"

namespace koinon {

std::vector<Arrival> MemoryArrivals::after(ArrivalSeq after, std::size_t limit) const {
  std::vector<Arrival> out;
  for (const Arrival& arrival : arrivals_) {
    if (out.size() == limit) break;
    if (arrival.first.value + arrival.count - 1 <= after.value) continue;
    out.push_back(part_after(arrival, after));
  }
  return out;
}

std::optional<Arrival> MemoryArrivals::of(const LogId& log, EntryIndex index) const {
  const auto it = std::find_if(arrivals_.rbegin(), arrivals_.rend(), [&](const Arrival& arrival) {
    const bool brings = arrival.kind == ArrivalKind::kAdded || arrival.kind == ArrivalKind::kBody;
    return (brings || arrival.kind == ArrivalKind::kVoided) && arrival.log == log && index >= arrival.from &&
           index.value < arrival.from.value + arrival.count;
  });
  // What came before that was another entry.
  if (it == arrivals_.rend() || it->kind == ArrivalKind::kVoided) return std::nullopt;
  return *it;
}

ArrivalSeq MemoryArrivals::newest() const {
  return ArrivalSeq(arrivals_.empty() ? 0 : arrivals_.back().first.value + arrivals_.back().count - 1);
}

void MemoryArrivals::void_from(const LogId& log, EntryIndex from, std::uint64_t count, UnixMillis at) {
  undo_.remember([this, old = arrivals_] { arrivals_ = old; });
  const std::uint64_t first = newest().value + 1;  // no number is given twice
  for (Arrival& arrival : arrivals_) {
    if (arrival.log == log && arrival.from < from && arrival.kind == ArrivalKind::kAdded)
      arrival.count = std::min(arrival.count, from.value - arrival.from.value);
  }
  std::erase_if(arrivals_, [&](const Arrival& arrival) {
    return arrival.log == log && arrival.from >= from && arrival.kind < ArrivalKind::kRemoved;
  });
  arrivals_.push_back({ArrivalSeq(first), log, from, count, ArrivalKind::kVoided, at, {}});
}

void MemoryArrivals::add(const LogId& log, EntryIndex from, std::uint64_t count, ArrivalKind kind,
                         UnixMillis at, const std::optional<NodeKey>& source) {
  const std::uint64_t first = newest().value + 1;
  arrivals_.push_back({ArrivalSeq(first), log, from, count, kind, at, source});
  undo_.remember([this] { arrivals_.pop_back(); });
}

}  // namespace koinon
