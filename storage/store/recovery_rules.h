// What a recovery takes away of what is held. Pure rules, the same for every store.
#pragma once

#include <functional>

#include "crypto/evidence.h"
#include "crypto/log_state.h"

namespace koinon {

// The state of a log whose earlier origins have lost their word: no head of it, none against it, no row.
LogState without_heads(LogState log, KeyHistory keys);
// How many entries stand of a log whose heads have lost their word: what is held beyond, and what entries
// beyond have done to others, is void. More than is held: nothing of it is. 0: nothing of it is known to be
// the log's. A node that was away may have missed more than one recovery. What is held is then of before the
// first of them, and the root that the last one names is not in it: an earlier one says what stands. `anew`:
// a head contradicts what is held, so its end is not the log's, whatever it was held under.
using RootAt = std::function<Result<Hash>(TreeSize)>;
Result<TreeSize> standing_size(const LogState& log, bool anew, const RootAt& root_at);
// How many entries the last recovery kept that took the log back from somebody; 0: there was none. Node keys
// that were named below it are believed no more. A change of recovery words is none of these: who makes it
// has the node, and its key.
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
// `held`: before the last piece went. `stands`: its standing_size.
bool stands_with_head(const RecoveryCommit& recovery, const LogState& held, TreeSize stands);

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
