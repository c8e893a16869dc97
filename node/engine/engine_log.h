// What the engine keeps of each log, and the fetch that extends it. Private to the engine.
#pragma once

#include <algorithm>

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
  std::vector<WithdrawalFact> withdrawals;
  std::vector<AttachmentWant> wants;                   // files that policy wants with it
  std::vector<std::pair<EntryIndex, Bytes>> not_held;  // entries whose bodies the source did not have
  bool pending_marks = false;  // bodies are said to be erased by entries that are not here yet
  std::optional<PeerCursor> cursor;
  std::uint64_t filter_number = 0;
};

// A body that is wanted and not here.
struct MissingBody {
  Hash digest;
  std::uint32_t size = 0;
  bool transit = false;                     // for a peer; our own filter does not want it
  std::uint32_t hops = 0;                   // how far whom we ask may look
  std::optional<SessionId> asked;           // a GetBodies for it is open there
  std::map<SessionId, unsigned> tried;      // had it not: 1, 2 once it was asked to look further
  std::set<SessionId> announced;            // said since to have it
  std::map<NodeKey, unsigned> false_haves;  // peers that announced it and did not give it
};

// A chunk of a file that came, and was not given to the store yet.
struct HeldChunk {
  AttachmentChunk chunk;
  SessionId source;
  std::size_t size = 0;  // of its frame
};

// A file that is being fetched. Chunks go: expected from the source, verified, given to the store, stored.
struct FileFetch {
  AttachmentWant want{{}, {}, {}, AttachmentWish::kForPeer, 0};
  std::uint32_t hops = 0;        // how far whom we ask may look
  bool wanting = false;          // a CommitWant is under way
  bool want_again = false;       // and another is to follow it
  bool ready = false;            // the store keeps a place for it
  bool finishing = false;        // all of it is stored, its digest is being checked
  std::uint32_t stored = 0;      // chunks below it
  std::uint32_t committing = 0;  // the next to give to the store
  std::uint32_t expected = 0;    // the next to come
  std::uint64_t number = 0;      // tells its wishes from those of a fetch of the same file that was ended
  std::uint64_t generation = 0;  // tells what is under way from that of before a restart, or of such a fetch
  std::map<std::uint32_t, HeldChunk> verified;
  std::optional<SessionId> source;
  std::uint64_t request_id = 0;
  std::map<SessionId, unsigned> tried;  // asked: 1, 2 once it was asked to look further
  MonoTime last_progress{};
  std::optional<MonoTime> retry_at;
  unsigned retries = 0;
  std::string trouble;
};

// A chunk of entries that came, and is not given to the store yet.
struct TakenChunk {
  std::uint64_t generation = 0;  // of its fetch
  SessionId source;
  EntryIndex from;
  std::size_t size = 0;             // of its frame
  std::uint64_t filter_number = 0;  // the filter that says which of its bodies are wanted
};

struct Fetch {
  std::uint64_t generation = 0;  // tells its completions from those of a fetch that was given up
  SessionId source;
  StoredHead target;
  JournalSeq row;                // that its target settles, of the source's journal; 0: none
  std::uint64_t request_id = 0;  // 0: a push
  EntryIndex next_chunk;         // where the next chunk must begin
  CompactRange range;            // of what was verified in order and given to the store
  std::map<std::uint64_t, std::pair<RunVerified, TakenChunk>> verified;  // by first index
  MonoTime last_progress{};
  // The pace of its Get, see engine_pace.cpp.
  MonoTime pace_at{};                 // when it is judged next
  std::size_t bytes = 0;              // of its chunks, since it was judged last
  std::uint64_t answered_before = 0;  // Session::answered of its source, when it was judged last
};

// How many bytes may be taken of a log before it rests; see Engine::intake_left.
struct LogIntake {
  bool begun = false;
  double left = 0;
  MonoTime at{};
};

struct Engine::Log {
  LogState state;
  std::map<SessionId, Offer> offers;  // newest of each session that we do not hold yet
  std::optional<Fetch> fetch;
  std::size_t commits = 0;  // runs given to the store, not yet answered; no fetch begins before that

  // Bodies. The store knows all that lack; the engine looks for some of them at a time.
  std::map<EntryIndex, MissingBody> missing;  // changed by the functions below, which count
  std::size_t missing_for_us = 0;             // of these, those that are not in transit
  std::size_t counted = 0;                    // so many of them are in Engine::bodies_missing_
  bool unread = true;                         // the store may know of more
  bool reading_unheld = false;
  bool outdated = false;  // the store says something else by now than what is being read
  EntryIndex read_from;   // up to here `missing` is complete
  std::optional<MonoTime> retry_bodies_at;
  unsigned body_retries = 0;
  bool asked_in_vain = false;       // when it was looked at last there was nobody left to ask
  bool waits_for_busy = false;      // and somebody was too busy to be asked
  std::uint64_t filter_number = 0;  // the filter that its bodies follow, see Engine::filter_number_
  bool filtering = false;
  bool filter_again = false;  // a run came meanwhile that an older filter had decided
  bool pending_marks = false;
  bool over_quota = false;      // a head was larger than what we take
  bool removing = false;        // its removal is with the store: nothing of it is asked for or given on
  std::set<SessionId> judging;  // whose evidence is being checked

  LogIntake intake;
  std::optional<MonoTime> rests_until;  // it brought more than we take: nothing of it is asked for
  std::uint64_t bytes_order = 0;        // of the commit that state.bytes is known from

  // Whether entries may be fetched now.
  bool may_grow() const { return !fetch && takes_entries(); }
  // The same, where a fetch that is under way would be given up.
  bool takes_entries() const { return commits == 0 && !state.frozen && !removing; }
  std::uint64_t whole_size() const { return state.whole ? state.whole->size.value : 0; }
  // The store is to be read anew, from the beginning.
  void read_again() {
    unread = true;
    read_from = EntryIndex(0);
    outdated = reading_unheld;
  }
  void add_missing(EntryIndex index, MissingBody body) {
    const bool for_us = !body.transit;
    if (missing.emplace(index, std::move(body)).second && for_us) ++missing_for_us;
  }
  // Whether a GetBodies for some of them is open.
  bool awaits_bodies() const {
    return std::any_of(missing.begin(), missing.end(),
                       [](const auto& entry) { return entry.second.asked.has_value(); });
  }
  void forget_missing() {
    missing.clear();
    missing_for_us = 0;
  }
  void forget_transit() {
    std::erase_if(missing, [](const auto& entry) { return entry.second.transit; });
  }
  // The body of an entry has come, or was erased.
  void no_longer_missing(EntryIndex index) {
    if (const auto it = missing.find(index); it != missing.end()) {
      if (!it->second.transit) --missing_for_us;
      missing.erase(it);
    }
    outdated = outdated || (reading_unheld && index >= read_from);
  }
};

}  // namespace koinon
