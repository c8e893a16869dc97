// Bodies: which are kept, where, and which go first. Pure rules, the same for every store.
#pragma once

#include "crypto/log_state.h"
#include "proto/codec/filter.h"

namespace koinon {

// Where a body goes that came after its entry.
enum class BodyPlace : unsigned char {
  kNowhere,  // nobody lacks it
  kTransit,  // held for peers: our own filter does not want it
  kOurs,
};
// `state`: of the entry's record. `for_peer`: our own filter did not want it as it was asked for.
BodyPlace place_of_body(BodyState state, bool for_peer);

// What a filter makes of a record.
enum class FilterStep : unsigned char {
  kStays,
  kReleased,     // the body goes
  kFromTransit,  // what stood in transit becomes ours
  kWanted,       // it is to be asked for
  kNotWanted,    // it is not to be asked for any more
};
// `has_body`: one is here, in transit or ours.
FilterStep filter_step(const BodyFilter& filter, BytesView entry, BodyState state, bool has_body);

// What is held for peers has a quota, in bytes. Something of one log was added: whether its own oldest goes,
// since the log has more than its share, so that one city's bodies do not drive out all others'.
bool is_over_share(std::uint64_t held_of_log, std::uint64_t quota);
// Whether the oldest of all goes: there is no room, or it is too old.
bool oldest_goes(std::uint64_t held, std::uint64_t quota, UnixMillis oldest, UnixMillis now);

}  // namespace koinon
