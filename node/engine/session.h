// The state of one connection between two nodes, as the engine keeps it. Plain data.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "crypto/log_state.h"
#include "proto/base/limits.h"
#include "proto/codec/filter.h"
#include "proto/codec/frame.h"

namespace koinon {

// A Get that the peer sent and that we are answering.
struct Serving {
  std::uint64_t number = 0;  // ours: tells it from a later one that the peer numbers alike
  std::uint64_t request_id = 0;
  LogId log;
  EntryIndex next;
  EntryIndex to;
  TreeSize size;
  Hash root;
  bool root_checked = false;
};

// A GetBodies that the peer sent and that we are answering.
struct BodyServing {
  std::uint64_t number = 0;  // as a Serving's
  v1::GetBodies request;
  int next = 0;  // position in request.bodies
};

// A GetAttachment that the peer sent and that we are answering.
struct FileServing {
  std::uint64_t number = 0;  // as a Serving's
  std::uint64_t request_id = 0;
  LogId log;
  EntryIndex index;
  Hash sha256;
  std::uint32_t next = 0;  // chunk
  std::uint32_t hops_left = 0;
  std::optional<AttachmentId> waits_for;  // the next chunk is to come from another peer
};

// A frame that waits for credit.
struct WaitingFrame {
  Bytes bytes;
  std::uint64_t request_id = 0;  // of the request that it answers; 0: none
};

// A GetBodies that we sent.
struct BodiesAsked {
  LogId log;
  std::set<EntryIndex> open;  // not answered yet
  MonoTime begun{};
  MonoTime last_progress{};
};

// So much at once, and so much a second afterwards. Plain arithmetic over the caller's clock.
struct Allowance {
  double left = 0;  // below 0: what was taken beyond it, and is waited for
  double at_once = 0;
  double per_second = 0;
  MonoTime at{};

  static Allowance of(double at_once, double per_second, MonoTime now) {
    return {at_once, at_once, per_second, now};
  }
  double left_at(MonoTime now) const {
    return std::min(at_once, left + per_second * std::chrono::duration<double>(now - at).count());
  }
  bool is_open(MonoTime now) const { return left_at(now) >= 0; }
  // Takes it, whether it is there or not. What lacks makes nobody wait longer than kLongestPause.
  void take(double amount, MonoTime now) {
    const double least = -per_second * std::chrono::duration<double>(limits::kLongestPause).count();
    left = std::max(left_at(now) - amount, least);
    at = now;
  }
};

// What a session did, for the operator's eyes and the metrics.
struct SessionCounts {
  std::uint64_t heads_in = 0;
  std::uint64_t records_in = 0;
  std::uint64_t copies_in = 0;  // records received, whether new or not
  std::uint64_t pushes_in = 0;
  std::uint64_t duplicates_in = 0;  // pushes of what was here already
  std::uint64_t bodies_in = 0;
  std::uint64_t bodies_not_held = 0;  // asked for in vain
  std::uint64_t records_out = 0;
  std::uint64_t pushes_out = 0;
  std::uint64_t bodies_out = 0;
  std::uint64_t file_bytes_in = 0;
  std::uint64_t file_bytes_out = 0;
};

struct Session {
  SessionId id;
  NodeKey peer;
  bool dialled_by_us = false;
  MonoTime connected_at{};

  // Handshake
  bool hello_received = false;
  std::optional<LogId> peer_log;  // none: an observer
  JournalId peer_journal;
  std::string agent;
  BodyFilter filter;                              // bodies that the peer wants
  std::optional<std::int64_t> wall_less_mono_ms;  // its clock when it greeted, less our monotonic one then

  // Liveness
  MonoTime last_received{};  // of a whole frame
  std::optional<MonoTime> ping_sent;
  MonoTime last_ping{};
  unsigned pings_unanswered = 0;

  // Receiving
  FrameReader reader;
  std::size_t lent = 0;        // credit that the peer may still use, bytes
  std::size_t owed = 0;        // credit that we have not yet given back, bytes
  std::uint64_t answered = 0;  // bytes of frames that used credit
  std::uint64_t bytes_in = 0;
  SessionCounts counts;

  // Sending
  std::size_t credit = 0;  // bytes of Chunk, Bodies and Push that we may send
  std::size_t queued = 0;  // bytes with the transport, not yet on the network
  std::deque<WaitingFrame> outbox;
  std::uint64_t bytes_out = 0;
  std::deque<Serving> serving;
  std::deque<BodyServing> body_serving;
  std::deque<FileServing> file_serving;
  bool reading_file = false;    // a ReadChunk for one of file_serving is under way
  bool reading_bodies = false;  // a ReadRecords for body_serving.front() is under way
  bool reading = false;         // a ReadRun for serving.front() is under way

  // We follow the peer's journal
  JournalSeq passed;                                // rows up to here were sent, or need no sending
  std::map<std::uint64_t, LogId> open_rows;         // rows that are not yet stored or refused
  std::unordered_map<LogId, std::uint64_t> row_of;  // the open row of a log
  JournalSeq saved;                                 // the cursor that the store holds
  bool saving = false;
  std::map<std::uint64_t, LogId> gets;  // our open Gets, each the fetch of its log
  // No later than what is due of any of them, so that not every input looks at all.
  MonoTime gets_due = MonoTime::max();
  std::map<std::uint64_t, std::vector<LogId>> head_requests;  // our open GetHeads
  std::set<LogId> heads_to_ask;                               // logs that wait for a GetHeads
  std::deque<LogId> fetch_queue;                              // logs to fetch from this peer, each once
  std::set<LogId> in_queue;                                   // the same
  std::set<LogId> gives;                              // logs that it offers more of, or that come from it
  std::map<std::uint64_t, BodiesAsked> bodies_asked;  // our open GetBodies
  std::map<std::uint64_t, AttachmentId> files_asked;  // our open GetAttachments
  // Requests that we cancelled, and since when: what still comes of their answers is ignored.
  std::map<std::uint64_t, MonoTime> given_up;
  std::size_t bodies_planned = 0;  // while requests are shared out
  std::size_t unverified = 0;      // heads whose signatures are being checked

  // The peer follows our journal
  bool followed = false;
  bool backlog_done = false;
  JournalSeq sent_row;                        // rows up to here are sent, or need no sending
  JournalSeq told_cursor;                     // newest row or Cursor that we sent
  bool rows_wait = false;                     // rows wait for the transport's queue
  std::unordered_map<LogId, TreeSize> known;  // what the peer is known to hold
  std::optional<MonoTime> announce_at;        // then rows that no push has covered are told
  std::optional<MonoTime> cursor_at;          // then the cursor passes rows that needed no sending
  std::unordered_set<LogId> eager;            // logs pushed to this peer; of others only heads are told
  std::set<std::pair<LogId, EntryIndex>> told_not_held;  // bodies that it asked for in vain
  std::unordered_set<LogId> told_evidence;               // logs whose fork it was shown
};

}  // namespace koinon
