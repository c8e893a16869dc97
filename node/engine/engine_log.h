// What the engine keeps of each log, and the fetch that extends it. Private to the engine.
#pragma once

#include "node/engine/engine.h"

namespace koinon {

// A verified head that a session showed us.
struct Engine::Offer {
  LogId log;
  LogIdentity identity;
  StoredHead head;
  SessionId source;
  JournalSeq row;  // of the source's journal; 0: outside it
};

// What the engine does with a run once the store has it.
struct Engine::StoredRun {
  CompactRange after;
  StoredHead head;
  std::vector<Hash> right;
  std::vector<VouchFact> vouches;
  std::optional<PeerCursor> cursor;
};

struct Fetch {
  std::uint64_t generation = 0;  // tells its completions from those of a fetch that was given up
  SessionId source;
  StoredHead target;
  std::uint64_t request_id = 0;  // 0: a push
  EntryIndex next_chunk;         // where the next chunk must begin
  CompactRange range;            // of what was verified in order and given to the store
  std::map<std::uint64_t, std::pair<RunVerified, std::size_t>> verified;  // by first index; frame bytes
  MonoTime last_progress{};
};

struct Engine::Log {
  LogState state;
  std::map<SessionId, Offer> offers;  // newest of each session that we do not hold yet
  std::optional<Fetch> fetch;
  std::size_t commits = 0;  // runs given to the store, not yet answered; no fetch begins before that

  std::uint64_t whole_size() const { return state.whole ? state.whole->size.value : 0; }
};

}  // namespace koinon
