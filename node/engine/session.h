// The state of one connection between two nodes, as the engine keeps it. Plain data.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "crypto/log_state.h"
#include "node/engine/filter.h"
#include "proto/codec/frame.h"

namespace koinon {

// A Get that the peer sent and that we are answering.
struct Serving {
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
  v1::GetBodies request;
  int next = 0;  // position in request.bodies
};

struct Session {
  SessionId id;
  NodeKey peer;
  bool dialled_by_us = false;
  MonoTime connected_at{};

  // Handshake
  bool hello_received = false;
  LogId peer_log;
  JournalId peer_journal;
  std::string agent;
  BodyFilter filter;  // bodies that the peer wants

  // Liveness
  MonoTime last_received{};
  std::optional<MonoTime> ping_sent;
  MonoTime last_ping{};
  unsigned pings_unanswered = 0;

  // Receiving
  FrameReader reader;
  std::size_t lent = 0;  // credit that the peer may still use, bytes
  std::size_t owed = 0;  // credit that we have not yet given back, bytes
  std::uint64_t bytes_in = 0;

  // Sending
  std::size_t credit = 0;    // bytes of Chunk, Bodies and Push that we may send
  std::size_t queued = 0;    // bytes with the transport, not yet on the network
  std::deque<Bytes> outbox;  // frames that wait for credit
  std::uint64_t bytes_out = 0;
  std::deque<Serving> serving;
  std::deque<BodyServing> body_serving;
  bool reading_bodies = false;  // a ReadRecords for body_serving.front() is under way
  bool reading = false;         // a ReadRun for serving.front() is under way

  // We follow the peer's journal
  JournalSeq passed;                                // rows up to here were sent, or need no sending
  std::map<std::uint64_t, LogId> open_rows;         // rows that are not yet stored or refused
  std::unordered_map<LogId, std::uint64_t> row_of;  // the open row of a log
  JournalSeq saved;                                 // the cursor that the store holds
  bool saving = false;
  std::map<std::uint64_t, LogId> gets;    // our open Gets
  std::set<std::uint64_t> head_requests;  // our open GetHeads
  std::deque<LogId> fetch_queue;          // logs to fetch from this peer
  std::size_t unverified = 0;             // heads whose signatures are being checked

  // The peer follows our journal
  bool followed = false;
  bool backlog_done = false;
  bool pushing = false;                       // a push is being read; later rows wait for it
  JournalSeq sent_row;                        // rows up to here are sent
  JournalSeq told_cursor;                     // newest Cursor that we sent
  std::unordered_map<LogId, TreeSize> known;  // what the peer is known to hold
};

}  // namespace koinon
