// Which bodies are kept, where they are kept, and which go first. Pure rules, the same for every store.
#pragma once

#include "crypto/log_state.h"
#include "proto/codec/filter.h"

namespace koinon {

// Where a body is put that came after its entry.
enum class BodyPlace : unsigned char {
  kNowhere,  // it is dropped: nobody needs it
  kTransit,  // held for peers: our own filter does not want it
  kOurs,
};
// `state` is that of the entry's record. `for_peer`: our own filter did not want the body when we asked for
// it.
BodyPlace place_of_body(BodyState state, bool for_peer);

// Whether a record's body may be hidden from readers: it is here, or may still come.
bool can_be_hidden(BodyState state, bool has_body);

// Whether the body of a record that is erased now is kept for the grace time: it is here, and for ourselves.
bool is_kept_for_grace(BodyState state, bool has_body, bool transit);
// Whether there is room for one more in the quota of erased bodies, by what is kept of its log and of all.
// What has no room goes at once: the first ones stay, so nobody drives out what was erased before. A quarter
// of the quota is left to logs of which little is kept: a few that have filled their shares leave room for
// what a thief erases of another.
bool has_grace_room(std::uint64_t body, std::uint64_t of_log, std::uint64_t of_all, std::uint64_t quota);
// Whether these bytes are the body that the entry names.
bool is_body_of(BytesView entry, BytesView body);

// What a changed filter means for a record.
enum class FilterStep : unsigned char {
  kStays,
  kReleased,     // the body goes
  kFromTransit,  // a body that was held for peers becomes ours
  kWanted,       // the body must be asked for
  kNotWanted,    // the body must no longer be asked for
};
// `has_body`: a body is here, held for peers or for ourselves.
FilterStep filter_step(const BodyFilter& filter, BytesView entry, BodyState state, bool has_body);

// Bodies held for peers have a quota in bytes. A body of one log was added: whether the oldest body of this
// log must go, because the log has more than its share. So the bodies of one city do not drive out those of
// all others.
bool is_over_share(std::uint64_t held_of_log, std::uint64_t quota);
// Whether the oldest body of all must go: there is no room, or it is too old.
bool oldest_goes(std::uint64_t held, std::uint64_t quota, UnixMillis oldest, UnixMillis now);

}  // namespace koinon
