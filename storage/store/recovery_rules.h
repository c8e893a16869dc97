// What a recovery takes away of what is held. Pure rules, the same for every store.
#pragma once

#include "crypto/evidence.h"
#include "crypto/log_state.h"

namespace koinon {

// The state of a log whose earlier origins have lost their word: no head of it, none against it, no row.
LogState without_heads(LogState log, KeyHistory keys);
// How many entries the last recovery kept; 0: there was none.
TreeSize recovered_size(const KeyHistory& keys);
// Whether a body that a void withdrawal had taken away is to be asked for again.
BodyState after_void_erasure(BytesView entry, const BodyFilter& filter);

// Whether heads of an earlier origin than that of these keys stand in it, though its statements were kept.
bool has_old_heads(const LogState& log, const KeyHistory& keys);
// Whether evidence is against an earlier origin than that of so many recoveries: it counts no more.
bool is_against_earlier(BytesView evidence, std::uint64_t recoveries);
// Whether two recoveries contradict each other by this evidence: nothing thaws the log.
bool is_for_good(BytesView evidence);
bool is_for_good(const std::vector<KeptEvidence>& kept);  // some of it
// What freezes the log: evidence of two recoveries before all other, for nothing thaws that. Null: nothing.
const KeptEvidence* freezing(const std::vector<KeptEvidence>& kept);
// Who said two things, by that. Where it cannot be read: as if it were two heads.
ForkKind kind_of_fork(const std::vector<KeptEvidence>& kept);
// Whether the log, without what is void, is what the recovery's own head says, and stands whole with it.
// `held`: before the last piece went.
bool stands_with_head(const RecoveryCommit& recovery, const LogState& held);

// Counts what one step takes away of void entries.
class VoidPiece {
 public:
  // Whether the next one, older than those before it, still goes in this step.
  bool takes(std::size_t entry, std::size_t body);
  std::uint64_t entries() const { return entries_; }
  std::uint64_t bytes() const { return held_; }  // for LogState::bytes

 private:
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t held_ = 0;
};

}  // namespace koinon
