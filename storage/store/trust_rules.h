// Whom the node knows and trusts: pins, cursors, vouches. Pure rules, the same for every store.
#pragma once

#include "crypto/log_state.h"

namespace koinon {

// Whether a node may be pinned: how many are, whether its key is, and as a node of the same city.
// kConflict: as another city's. kTooLarge: limits::kPeers are pinned.
Status check_pin(std::size_t pinned, bool known, bool same_city);
// What is kept of a node that is pinned, `old` where it was pinned before: the new address and vouch, and
// everything else as it was.
PeerRecord pinned(const std::optional<PeerRecord>& old, const PeerRecord& news);

// Where a cursor stands after news of it: within one journal it only moves on.
JournalSeq moved_cursor(const std::optional<JournalId>& journal, JournalSeq held, const PeerCursor& news);

// Whether a vouch counts beside `standing` others of its voucher. What a voucher takes back makes room: so
// many of its vouches count, the first that it gave and has not taken back.
bool vouch_counts(const VouchFact& vouch, std::size_t standing);

}  // namespace koinon
