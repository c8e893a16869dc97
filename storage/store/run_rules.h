// Runs of a log: which may be appended, what their withdrawals take away, and how much is served at once.
// Pure rules, the same for every store.
#pragma once

#include "crypto/log_state.h"

namespace koinon {

// Whether a run may be appended to a log with `held` entries here. `frozen`: evidence of a fork is held.
// kConflict: the log is frozen, or the run does not begin where the log ends. kInternal: the run contradicts
// itself.
Status check_run(const RunCommit& run, TreeSize held, bool frozen);
// Whether the log is whole after the run.
bool stands_whole(const RunCommit& run);
// Whether the run is of our own log.
bool is_own(const RunCommit& run);

// Under what a record of our own log is known to stand: the digest of its body, which has the salt in it; of
// an entry without a body, of all that it says but its time. Empty: the entry cannot be read.
Bytes sealed_digest(BytesView entry);

// A mark of erasure at `target` says that the entry `by` took the body away. Whether the run contradicts it:
// the run has that entry, and the entry does not erase `target`.
bool contradicts_mark(const RunCommit& run, EntryIndex target, EntryIndex by);
// Whether a withdrawal takes away the body of its target: it asks for that, the target has a body, and no
// earlier entry took it. `state` and `erased_by` are those of the target.
bool takes_away(const WithdrawalFact& fact, BytesView target_entry, BodyState state, EntryIndex erased_by);

// kInvalidArgument: the range is empty, or beyond the tree of `size`.
Status check_range(EntryIndex from, EntryIndex to, TreeSize size);
// Counts the records that are served at once: up to a number of bytes, but at least one record.
class RunBudget {
 public:
  explicit RunBudget(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  // Whether the record, or one of so many bytes, still goes with those before it.
  bool takes(const StoredRecord& record);
  bool takes(std::size_t bytes);
  bool is_half_full() const { return 2 * bytes_ >= max_bytes_; }

 private:
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::size_t records_ = 0;
};

}  // namespace koinon
