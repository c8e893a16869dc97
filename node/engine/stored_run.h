// What a proven run becomes: what the store is given of it, and what the engine does with it once the store
// has it. Pure functions.
#pragma once

#include "node/engine/engine_types.h"
#include "node/engine/log_parts.h"

namespace koinon::engine {

// What the engine does with a run once the store has it.
struct StoredRun {
  CompactRange after;
  StoredHead head;
  std::vector<Hash> right;
  std::vector<VouchFact> vouches;
  std::vector<WithdrawalFact> withdrawals;
  std::vector<AttachmentWant> wants;                   // files that policy wants with it
  std::vector<std::pair<EntryIndex, Bytes>> not_held;  // entries whose bodies the source did not have
  bool names_keys = false;
  bool pending_marks = false;  // bodies are said to be erased by entries that are not here yet
  std::optional<PeerCursor> cursor;
  std::uint64_t filter_number = 0;
  // Of the fetch and its commit
  std::uint64_t generation = 0;
  SessionId source;
  std::size_t size = 0;  // of the frame that brought it
  std::uint64_t commit = 0;

  bool is_last() const { return after.size() == head.size; }
};

// Small files come with their notes, where the operator wants it so; of our `own` log all come back.
std::vector<AttachmentWant> wants_of(const EngineConfig& config, const LogId& log,
                                     const std::vector<AttachmentFact>& facts, bool own);

// The run of the log's fetch, but for its cursor and its commit, which the caller adds.
StoredRun stored_run(const EngineConfig& config, const LogId& log, const Fetch& fetch, const RunVerified& run,
                     const TakenChunk& chunk, bool own);
// What the store is given of it, but for its source. `now`: when it has arrived.
RunCommit run_commit(const LogState& log, const Fetch& fetch, RunVerified run, UnixMillis now);

}  // namespace koinon::engine
