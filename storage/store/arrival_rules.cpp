#include "storage/store/arrival_rules.h"

#include <algorithm>

namespace koinon {

Arrival part_after(Arrival arrival, ArrivalSeq after) {
  if (arrival.first > after) return arrival;
  const std::uint64_t passed = after.value + 1 - arrival.first.value;
  arrival.first.value += passed;
  arrival.from.value += passed;
  arrival.count -= passed;
  return arrival;
}

std::uint64_t numbers_of_removal(TreeSize size) { return std::max<std::uint64_t>(size.value, 1); }

}  // namespace koinon
