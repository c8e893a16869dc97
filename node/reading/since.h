// The parameter `since` of lists: only what came to this node at a time or later, by this node's clock.
#pragma once

#include <optional>

#include "node/text/params.h"
#include "proto/base/result.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// Reads `since`: a time, or a day, which begins in UTC. Nothing: it is not given. Pure.
Result<std::optional<UnixMillis>> read_since(const Params& params);

// The last arrival before that time; 0 if there is none. `newest`: the number of the last arrival that is
// looked at. Arrivals are in the order of their times as far as the clock only went forward; where it was set
// back, those of the hours that came twice may be taken for earlier or later ones. Reads about 40 rows. On
// the store's thread.
Result<ArrivalSeq> arrived_before(StoreReader& store, UnixMillis time, ArrivalSeq newest);
// The last arrival that a list with this `since` leaves out, of those that are indexed; 0: it leaves out
// none.
Result<ArrivalSeq> last_left_out(StoreReader& store, IndexReader& index,
                                 const std::optional<UnixMillis>& since);

}  // namespace koinon
