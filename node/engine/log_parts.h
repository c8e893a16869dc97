// What each part of the engine keeps of one log. Owned (owned.h) keeps it from all others.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "node/engine/intents.h"
#include "node/engine/pace.h"

namespace koinon::engine {

// A head as a session shows it: nobody has looked at its signature.
struct ShownHead {
  LogId log;
  KeyHistory keys;  // as they are known here
  Bytes note;
  std::vector<Bytes> statements;  // that came with it
  SessionId source;
  JournalSeq row;            // of the source's journal; 0: outside it
  std::uint32_t stated = 0;  // so many statements the source says to have
};

// A session's head that goes beyond what we hold, or did when it was shown. Its signature is verified; that
// of a push is checked with its run, and Fetcher::is_verified says whether it was.
struct Offer {
  LogId log;
  LogIdentity identity;
  StoredHead head;
  SessionId source;
  JournalSeq row;                // of the source's journal; 0: outside it
  std::size_t stated = 0;        // it was verified under so many statements of the log
  std::uint64_t recoveries = 0;  // of its origin
};

// Of Offers.
struct LogOffers {
  std::map<SessionId, Offer> newest;  // of each session that shows more than we hold
};

// A chunk of entries that came, and is not given to the store yet.
struct TakenChunk {
  std::uint64_t generation = 0;  // of its fetch
  SessionId source;
  EntryIndex from;
  std::size_t size = 0;                             // of its frame
  std::uint64_t filter_number = 0;                  // the filter that says which of its bodies are wanted
  std::optional<StoredHead> pushed = std::nullopt;  // its signature is checked with the chunk
  std::size_t stated = 0;                           // under so many statements of the log
  std::uint64_t recoveries = 0;                     // of the origin that it had then

  void set_keys(const KeyHistory& keys) {
    stated = keys.changes().size();
    recoveries = keys.recoveries();
  }
};
// Whether a pushed head is good by the keys that are known by now.
bool is_good(const KeyHistory& keys, const TakenChunk& pushed);
// Whether what is wrong with a chunk is its sender's fault. Who pushes what a replaced key has signed may not
// know that, or has statements that we have not.
bool is_lie(const TakenChunk& chunk, const Error& error);

// A part of a fetch that comes from one link: by one Get after the other, or by a push.
struct Lane {
  std::uint64_t request_id = 0;  // 0: a push
  EntryIndex next;               // where the next chunk must begin
  EntryIndex to;                 // where the last one ends
  TurnTime last_progress;
  Pace pace;                               // of its Get
  std::optional<TurnTime> holds_up_since;  // what other links have brought waits for it
};

struct Fetch {
  std::uint64_t generation = 0;  // tells its completions from those of a fetch that was given up
  SessionId source;              // whose head its target is
  StoredHead target;
  JournalSeq row;                   // that its target settles, of the source's journal; 0: none
  EntryIndex next;                  // entries from here on were asked of nobody yet
  std::map<SessionId, Lane> lanes;  // of our own log several, of another one that of its source
  CompactRange range;               // of what was verified in order and given to the store
  std::map<std::uint64_t, std::pair<RunVerified, TakenChunk>> verified;  // by first index
};

// Of Fetcher and its Lanes: one fetch of a log at a time.
struct LogFetch {
  std::optional<Fetch> current;
};

// Of Intake.
struct LogIntake {
  bool begun = false;
  double left = 0;  // bytes that may be taken before the log rests; see Intake::left
  MonoTime at{};
  std::optional<MonoTime> rests_until;  // it brought more than we take: nothing of it is asked for
  std::uint64_t bytes_order = 0;        // of the commit that the log's bytes are known from
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

// Of Bodies and its MissingBodies. The store knows all bodies that are missing; the engine looks for some
// of them at a time.
struct LogBodies {
  std::map<EntryIndex, MissingBody> missing;
  std::size_t missing_for_us = 0;  // of these, those that are not in transit
  std::size_t counted = 0;         // so many of them are in MissingBodies::count
  bool unread = true;              // the store may know of more
  bool reading_unheld = false;
  bool outdated = false;  // the store says something else by now than what is being read
  EntryIndex read_from;   // up to here the store was read, in this pass over the log
  std::size_t aside = 0;  // read in this pass, asked for in vain, and left to the next pass; not in `missing`
  std::optional<MonoTime> retry_at;
  unsigned retries = 0;
  bool told_lost = false;       // of our own log: it was said what nobody has, and nothing came since
  bool asked_in_vain = false;   // when it was looked at last there was nobody left to ask
  bool waits_for_busy = false;  // and somebody was too busy to be asked
  bool pending_marks = false;   // bodies are said to be erased by entries that are not here yet
};

// Of Filtering.
struct LogFilter {
  std::uint64_t number = 0;  // the filter that its bodies follow, see Effects::filter_number
  bool again = false;        // a run came meanwhile that an older filter had decided
};

// Of Forks.
struct LogForks {
  bool for_good = false;  // its recovery key has said two things, and that is kept
};

// Of Follower.
struct LogFollowing {
  bool over_quota = false;  // a head was larger than what we take
};

}  // namespace koinon::engine
