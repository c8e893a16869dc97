// The epoch of a start.
#pragma once

#include "storage/store/store.h"

namespace koinon {

// Begins the next epoch in a durable transaction of its own. Comes before a row or an arrival of this start
// is told to anybody. Outside a transaction.
Status begin_next_epoch(Store& store, const EpochMaker& make);
// The same inside a transaction. `shown`: the counter of an authentic epoch that the store has lost, which
// the new one counts above; 0: none was.
Status add_next_epoch(Store& store, const EpochMaker& make, std::uint32_t shown);

}  // namespace koinon
