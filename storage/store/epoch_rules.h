// Rules for beginning an epoch. Pure, the same for every store. Where a place goes on: crypto/epoch.h.
#pragma once

#include "crypto/epoch.h"

namespace koinon {

// Whether an epoch may begin. `last`: the counter of the current one, 0 for none; `handled`: the largest that
// was shown as proof of a rollback. kInternal: it counts no higher than these.
Status check_epoch(const Epoch& epoch, std::uint32_t last, std::uint32_t handled);
// A row was to be made, and no epoch was begun since the store was opened: the disk was full then, or it is a
// defect of the caller.
Error no_epoch();

}  // namespace koinon
