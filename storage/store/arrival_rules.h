// Arrivals by number. Pure rules, the same for every store.
#pragma once

#include "crypto/arrival.h"

namespace koinon {

// What of an arrival is above `after`; its last number must be.
Arrival part_after(Arrival arrival, ArrivalSeq after);
// How many numbers the removal of a log of so many entries takes: even an empty one is told of.
std::uint64_t numbers_of_removal(TreeSize size);

}  // namespace koinon
