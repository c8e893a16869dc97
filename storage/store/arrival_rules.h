// Arrivals by number. Pure rules, the same for every store.
#pragma once

#include "crypto/arrival.h"

namespace koinon {

// The part of an arrival with numbers above `after`. Its last number must be above `after`.
Arrival part_after(Arrival arrival, ArrivalSeq after);
// How many numbers the removal of a log of this size takes. The removal of an empty log takes one too.
std::uint64_t numbers_of_removal(TreeSize size);

}  // namespace koinon
