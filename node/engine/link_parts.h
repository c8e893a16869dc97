// What each part of the engine keeps of one link. Owned (owned.h) keeps it from all others.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "crypto/log_state.h"
#include "koinon/v1/wire.pb.h"
#include "node/engine/cosigned_wants.h"
#include "node/engine/turn_time.h"

namespace koinon::engine {

// Of Sessions: is the peer alive.
struct LinkLiveness {
  MonoTime last_received{};  // of a whole frame
  std::optional<MonoTime> ping_sent;
  MonoTime last_ping{};
  unsigned pings_unanswered = 0;
};

// Of SeenHeads: what the peer is told of its own log.
struct LinkSeen {
  JournalSeq named;  // the newest row of its journal when the session began
  MonoTime ready_at{};
  bool told_behind = false;         // our Hello said that we have not caught up
  TreeSize told;                    // the largest head of its log that we told it of
  TreeSize shown;                   // the largest head of its log that it showed itself
  std::optional<MonoTime> look_at;  // then it may be told of a larger one
};

// Of Standing: what the peer is asked about our log.
struct LinkStanding {
  std::set<std::uint64_t> requests;  // our open GetHeads
  std::uint64_t ping = 0;            // sent behind the GetHeads; 0: none is open
  bool passed_over = false;  // the peer has answered the ping, and not the GetHeads that came before it
};

// Of HeadAsks: heads that are asked for by name.
struct LinkAsks {
  std::map<std::uint64_t, std::vector<LogId>> requests;  // our open GetHeads
  std::set<LogId> waiting;                               // logs that wait for a GetHeads
  // Logs that it named without their identity or statements, and how many statements it said to have.
  std::map<LogId, std::uint32_t> whose;
};

// Of Cursors: we follow the peer's journal.
struct LinkCursor {
  JournalSeq passed;                                // rows up to here were sent, or need no sending
  std::map<std::uint64_t, LogId> open_rows;         // rows that are not yet stored or refused
  std::unordered_map<LogId, std::uint64_t> row_of;  // the open row of a log
  JournalSeq saved;                                 // the cursor that the store holds
  bool saving = false;
};

// Of Offers.
struct LinkOffers {
  std::set<LogId> logs;  // that it offers more of
};

// Of Fetcher and its Lanes.
struct LinkFetch {
  std::map<std::uint64_t, LogId> gets;  // our open Gets, each a lane of its log
  std::set<LogId> comes;                // logs that come from it, by Get or push
  // No later than what is due of any of the Gets, so that not every input looks at all.
  MonoTime due = MonoTime::max();
  std::deque<LogId> queue;  // logs to fetch from this peer, each once
  std::set<LogId> queued;   // the same
};

// A GetBodies that we sent.
struct BodiesAsked {
  LogId log;
  std::set<EntryIndex> open;  // not answered yet
  TurnTime begun;
  TurnTime last_progress;
};

// Of Bodies and its BodyRequests.
struct LinkBodies {
  std::map<std::uint64_t, BodiesAsked> asked;            // our open GetBodies
  std::size_t planned = 0;                               // while requests are shared out
  std::set<std::pair<LogId, EntryIndex>> told_not_held;  // bodies that it asked for in vain
};

// Of Files.
struct LinkFiles {
  std::map<std::uint64_t, AttachmentId> asked;  // our open GetAttachments
};

// A GetAttachment that the peer sent and that we are answering.
struct FileRequest {
  std::uint64_t number = 0;  // ours: tells it from a later one that the peer numbers alike
  std::uint64_t request_id = 0;
  LogId log;
  EntryIndex index;
  Hash sha256;
  std::uint32_t next = 0;  // chunk
  std::uint32_t hops_left = 0;
  std::optional<AttachmentId> waits_for;  // the next chunk is to come from another peer
};

// Of FileServing.
struct LinkFileServing {
  std::deque<FileRequest> requests;
  bool reading = false;  // a ReadChunk for one of them is under way
};

// A GetCosignatures that the peer sent and that we are answering.
struct CosignedRequest {
  struct Head {
    CosignedAsk which;
    std::vector<std::uint32_t> key_ids;  // of the lines that are asked for; none: all
  };
  std::uint64_t request_id = 0;
  std::vector<Head> heads;
  std::size_t next = 0;                        // the head that is to be read next
  std::vector<std::pair<LogId, Bytes>> notes;  // that were read
};

// Of Cosignatures.
struct LinkCosignatures {
  CosignedWants wants;
  std::map<LogId, std::set<std::uint32_t>> useless;  // key IDs of lines that were not kept
  // By city that was not trusted, or whose key was not known: logs of which it showed its lines, and their
  // key IDs.
  std::map<LogId, std::map<LogId, std::set<std::uint32_t>>> missed;
  std::set<CosignedAsk> unkept;  // heads with lines that the store could not take
  std::set<LogId> waiting;       // logs of which Cosignatures::waiting_ has news
};

// Of CosignedServing.
struct LinkCosignedServing {
  std::deque<CosignedRequest> requests;  // that the peer sent
  bool reading = false;                  // one of them is being read
};

// Of Forks.
struct LinkForks {
  // How often it has shown evidence against a log that was frozen already, or that said nothing new.
  std::map<LogId, unsigned> shown;
  std::deque<Hash> idle;  // of evidence that said nothing new, the newest last: it is not verified again
};

// Of EvidenceTelling.
struct LinkTelling {
  std::set<LogId> waiting;                // logs of whose forks it is to be told
  bool reading = false;                   // a ReadEvidence for one of them is under way
  std::map<LogId, Hash> told;             // the contradiction of each log that it was told of
  std::map<LogId, std::set<Hash>> shown;  // those that it has shown itself
  std::set<LogId> by_name;                // logs that were told again since it asked for them by name
};

// A Get that the peer sent and that we are answering.
struct RunRequest {
  std::uint64_t number = 0;  // as a FileRequest's
  std::uint64_t request_id = 0;
  LogId log;
  EntryIndex next;
  EntryIndex to;
  TreeSize size;
  Hash root;
};

// A GetBodies that the peer sent and that we are answering.
struct BodiesRequest {
  std::uint64_t number = 0;  // as a FileRequest's
  v1::GetBodies request;
  int next = 0;  // position in request.bodies
};

// Of Serving.
struct LinkServing {
  std::deque<RunRequest> runs;
  std::deque<BodiesRequest> bodies;
  bool reading_run = false;     // a ReadRun for runs.front() is under way
  bool reading_bodies = false;  // a ReadRecords for bodies.front() is under way
};

// Of Broadcast: the peer follows our journal.
struct LinkBroadcast {
  bool followed = false;
  bool backlog_done = false;
  JournalSeq sent_row;                  // rows up to here are sent, or need no sending
  JournalSeq told_cursor;               // newest row or Cursor that we sent
  bool rows_wait = false;               // rows wait for the transport's queue
  std::optional<MonoTime> announce_at;  // then rows that no push has covered are told
  std::optional<MonoTime> cursor_at;    // then the cursor passes rows that needed no sending
  std::unordered_set<LogId> eager;      // logs pushed to this peer; of others only heads are told
};

}  // namespace koinon::engine
