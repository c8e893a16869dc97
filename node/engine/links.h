// The sessions as links: who is at the other end, and what may be sent and received.
//
// Ending a link only marks it: nothing more is sent over it, and `find` and `all` no longer know it. The
// facade settles it once the input's handler has returned, so that a Link& is good for a whole input. In a
// continuation links are looked up anew.
#pragma once

#include <memory>

#include "node/engine/link_parts.h"
#include "node/engine/owned.h"
#include "node/engine/peers.h"
#include "node/engine/turn_time.h"
#include "proto/codec/frame.h"

namespace koinon::engine {

// A frame that waits for credit.
struct WaitingFrame {
  Bytes bytes;
  std::uint64_t request_id = 0;  // of the request that it answers; 0: none
};

class HeadAsks;
class Bodies;
class BodyRequests;
class Broadcast;
class Cosignatures;
class CosignedServing;
class Cursors;
class EvidenceTelling;
class Fetcher;
class Files;
class FileServing;
class Forks;
class Lanes;
class Offers;
class SeenHeads;
class Serving;
class Sessions;
class Standing;

struct Link {
  // Known from the beginning
  SessionId id;
  NodeKey peer;
  bool dialled_by_us = false;
  MonoTime connected_at{};

  // What the peer's Hello said; Sessions alone changes it
  bool ready = false;             // it has come
  std::optional<LogId> peer_log;  // none: an observer
  Epoch peer_epoch;               // in which rows and cursors of its journal count
  std::string agent;
  BodyFilter filter;                              // bodies that the peer wants of others' logs
  bool answers_reach_me = false;                  // one of an earlier version never does
  std::optional<std::int64_t> wall_less_mono_ms;  // its clock when it greeted, less our monotonic one then

  // Receiving
  FrameReader reader;
  std::size_t lent = 0;                 // credit that the peer may still use, bytes
  MonoTime waited{};                    // for us to lend it enough for an answer, in all
  std::optional<MonoTime> waits_since;  // and now, since then
  std::size_t owed = 0;                 // credit that we have not yet given back, bytes
  std::uint64_t answered = 0;           // bytes of frames that used credit
  std::uint64_t bytes_in = 0;
  std::size_t unverified = 0;  // heads whose signatures are being checked
  // Requests that we cancelled, and since when: what still comes of their answers is ignored.
  std::map<std::uint64_t, MonoTime> given_up;

  // Sending; Links alone changes it
  std::size_t credit = 0;  // bytes of Chunk, Bodies and Push that we may send
  std::size_t queued = 0;  // bytes with the transport, not yet on the network
  std::deque<WaitingFrame> outbox;
  std::uint64_t bytes_out = 0;

  SessionCounts counts;
  std::optional<std::string> ended;  // why

  // Of each part, and private to it
  Owned<LinkLiveness, Sessions> liveness;
  Owned<LinkSeen, SeenHeads> seen;
  Owned<LinkStanding, Standing> standing;
  Owned<LinkAsks, HeadAsks> asks;
  Owned<LinkCursor, Cursors> cursor;
  Owned<LinkOffers, Offers> offers;
  Owned<LinkFetch, Fetcher, Lanes> fetch;
  Owned<LinkBodies, Bodies, BodyRequests> bodies;
  Owned<LinkFiles, Files> files;
  Owned<LinkFileServing, FileServing> file_serving;
  Owned<LinkForks, Forks> forks;
  Owned<LinkCosignatures, Cosignatures> cosignatures;
  Owned<LinkCosignedServing, CosignedServing> cosigned_serving;
  Owned<LinkTelling, EvidenceTelling> telling;
  Owned<LinkServing, Serving> serving;
  Owned<LinkBroadcast, Broadcast> broadcast;

  // Which bodies of a log it is sent: of its own all, for it asks for those that it has lost.
  BodyFilter filter_of(const LogId& log) const { return peer_log == log ? BodyFilter() : filter; }
};

class Links {
 public:
  Links(Effects& effects, Peers& peers) : effects_(effects), peers_(peers) {}

  Link& connect(SessionId id, const NodeKey& peer, bool dialled_by_us);
  Link* find(SessionId id) const;  // nothing: it has ended
  Link* with_peer(const NodeKey& peer) const;
  // Those that have not ended, by id. A loop over it must not end one: it goes over `ids` and finds each.
  const std::map<SessionId, std::unique_ptr<Link>>& all() const { return links_; }
  std::vector<SessionId> ids() const;

  // --- sending; to a link that has ended nothing is sent ---

  void send(Link& link, const v1::Frame& frame);
  // One or more encoded frames.
  void send_bytes(Link& link, Bytes bytes);
  // For frames that need credit: sent at once, or when the peer lends more. `request_id`: that it answers.
  void send_on_credit(Link& link, const v1::Frame& frame, std::uint64_t request_id = 0);
  void answer_error(Link& link, v1::ErrorCode code, std::string message, std::uint64_t request_id);
  // The transport has given so many bytes to the network.
  void note_sent(Link& link, std::size_t bytes);
  // The peer lends more. What waited is sent.
  void add_credit(Link& link, std::uint64_t bytes);
  // Whether the peer and the transport take more answers now.
  bool takes_answers(const Link& link) const;
  // Of an answer that is cancelled nothing more is sent. Behind what was too large for the credit that is
  // left there may be what is not: the caller flushes when it has said that the answer has ended.
  void drop_waiting(Link& link, std::uint64_t request_id);
  // Sends what waits and has credit.
  void flush(Link& link);

  // --- receiving ---

  // For how long it has been the peer's turn.
  TurnTime turn_time(const Link& link) const;
  // When it will have been, if the peer need not wait. While it waits no timer comes sooner than in
  // limits::kBusyRetry: so much later at most what is due then is looked at.
  MonoTime when(const Link& link, TurnTime due) const;
  // Takes the credit that a frame uses. False if more was sent than was lent.
  bool use_credit(Link& link, std::size_t bytes);
  // Batched, so that small pushes are not answered one by one.
  void return_credit(Link& link, std::size_t bytes);
  // Ends a request of ours before its answer is whole. What still comes of it is ignored.
  void cancel(Link& link, std::uint64_t request_id);
  // Whether so many requests that we cancelled are still open that few places are left. A peer that does not
  // know Cancel answers to the end.
  bool has_unended(const Link& link) const;

  // --- the end; of a link that has ended already nothing ---

  // Tells the peer why.
  void end(Link& link, v1::ErrorCode code, const Error& reason);
  // The peer sent what does not verify, or broke a rule: ends the link, and the peer is shunned for a while.
  void end_for_lie(Link& link, v1::ErrorCode code, const Error& reason);
  // With the code for what was wrong.
  void end_for_lie(Link& link, const Error& reason);
  // The peer ended it with an Error frame.
  void end_by_peer(Link& link, const std::string& text);
  // The connection is gone.
  void lost(Link& link, const std::string& why);
  // The first that has ended and is not settled; nothing if there is none.
  std::unique_ptr<Link> take_ended();

 private:
  void mark_ended(Link& link, const std::string& why);
  void note_lent(Link& link);

  Effects& effects_;
  Peers& peers_;
  std::map<SessionId, std::unique_ptr<Link>> links_;
  std::deque<std::unique_ptr<Link>> ended_;
};

// Of what a peer or a library said, the longest beginning of at most `limit` bytes that is UTF-8: a frame
// carries nothing else.
std::string utf8_beginning(std::string_view text, std::size_t limit);

}  // namespace koinon::engine
