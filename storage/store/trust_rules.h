// Rules for pins, cursors and vouches. Pure, the same for every store.
#pragma once

#include "crypto/log_state.h"

namespace koinon {

// Whether a node may be pinned. `pinned`: how many nodes are. `known`: its key is pinned already;
// `same_city`: for the same city. kConflict: it is pinned for another city. kTooLarge: limits::kPeers are
// pinned.
Status check_pin(std::size_t pinned, bool known, bool same_city);
// The record of a node that is pinned. `old`: its record if it was pinned before. Then only address, vouch
// and whether it is paused are new: who pins it again resumes it.
PeerRecord pinned(const std::optional<PeerRecord>& old, const PeerRecord& news);

// The new place of a cursor. Within one epoch it only moves forward.
JournalSeq moved_cursor(const std::optional<Epoch>& epoch, JournalSeq held, const PeerCursor& news);

// Whether a vouch counts beside `standing` others of its voucher. Only so many vouches of a voucher count:
// the first that it gave and has not taken back. A vouch that is taken back makes room for another.
bool vouch_counts(const VouchFact& vouch, std::size_t standing);

}  // namespace koinon
