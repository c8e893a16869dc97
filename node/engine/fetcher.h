// Getting entries: one fetch a log at a time, by Get or push, its chunks verified as they come and stored in
// order. Where a Get trickles or its peer goes, the log is asked of another peer. Our own log, when it comes
// back, is asked of all peers that have it at once, each for a stripe of it at a time.
#pragma once

#include "node/engine/lanes.h"
#include "node/engine/offers.h"
#include "node/engine/stored_run.h"

namespace koinon::engine {

class Fetcher {
 public:
  Fetcher(Effects& effects, StoreHealth& store, Peers& peers, Logs& logs, Links& links, Journal& journal,
          Intake& intake, HeadAsks& asks, Cursors& cursors, Offers& offers, News& news);

  // --- what to fetch ---

  // Queues the log with the link that is best to ask, if it may grow.
  void schedule(Log& log);
  // Sends Gets for what waits for this link, as many as may be open.
  void start(Link& link);
  // The store is tried again: schedules all that is offered, and lets the deadlines of open Gets count again.
  void schedule_all();
  // Gives up the log's fetch, if there is one.
  void abandon(Log& log);
  // Whether entries may be fetched now, where a fetch that is under way would be given up.
  bool takes_entries(const Log& log) const;
  const Fetch* current(const Log& log) const { return log.fetch->current ? &*log.fetch->current : nullptr; }

  // The log rests if it brought more than is taken. True: it rests now, and Bodies forgets what it looked for
  // in transit.
  bool rest_if_full(Log& log);
  // It rests from now on, if it does not already. Whoever offers more of it is remembered, to be asked again;
  // then its row passes. Bodies is to forget what it looked for in transit.
  void rest(Log& log);

  // --- answers ---

  void on_chunk(Link& link, v1::Chunk chunk, std::size_t size);
  // Heads that answer a Get: the peer does not have the root that we asked for. Its own head replaces its
  // offer. False if no Get of that number is open.
  bool on_heads(Link& link, std::uint64_t request_id);
  // A Get was refused, if it is one. No cursor waits for what is not given; the peer is asked by name when it
  // is back.
  void on_refused(Link& link, std::uint64_t request_id);
  // A frame of an answer that we cancelled. With the last one its place is free.
  void on_late(Link& link, std::uint64_t request_id, bool last);
  // Whether a push, whose head nobody has verified, continues the log and may be taken as a fetch that is
  // already answered. A Get elsewhere that has brought nothing yet gives way to it, and to no other push.
  bool fits(const Link& link, Log& log, const StoredHead& head, const v1::Chunk& chunk);
  // Takes a push that fits: its head counts as an offer before its signature is checked, with the run. An
  // error: the peer broke a rule.
  Status take_push(Link& link, Log& log, const Offer& offer, v1::Chunk chunk, std::size_t size);
  // Whether the signature of what the source offers is verified: not while its push is checked and stored.
  bool is_verified(const Log& log, SessionId source) const {
    const Lane* lane = lanes_.of(log, source);
    return lane == nullptr || lane->request_id != 0;
  }
  // Whether another link brings at least as much already.
  bool comes_from_another(const Link& link, const Log& log, TreeSize size) const {
    const Fetch* other = current(log);
    return other != nullptr && other->source != link.id && other->target.size >= size;
  }
  // The bytes of a frame, counted by Intake::begin, are stored or dropped: its sender may send as many again,
  // and what waited for room is fetched.
  void release(SessionId source, std::size_t size);

  // --- steps of News::run_stored ---

  // The log has grown. False: answers came in another order, and a later run has moved on already.
  bool extend(Log& log, const StoredRun& run);
  // The run's fetch goes on, or has ended.
  void advance(Log& log, const StoredRun& run);
  // The store did not take it.
  void run_failed(Log& log, const StoredRun& run, const Error& error);

  // --- links and time ---

  void forget(Link& link);
  // The sentence that says which answer is overdue; nothing if none is.
  const char* overdue(const Link& link) const { return lanes_.overdue(link); }
  bool awaits_answers(const Link& link) const { return !link.fetch->gets.empty(); }
  void run_timers(Link& link);
  MonoTime next_timer(const Link& link) const { return lanes_.next_timer(link); }
  std::string wrong_list() const;

 private:
  bool may_grow(const Log& log) const { return !log.fetch->current && takes_entries(log); }
  void share(Log& log);
  bool offers_rest(const Link& link, const Log& log) const;
  bool is_stranded(const Log& log) const;
  bool may_join(const Link& link, const Log& log) const;
  void queue(Link& link, const LogId& id);
  std::deque<LogId> take_queue(Link& link) {
    queued_.erase(link.id);
    link.fetch->queued.clear();
    return std::exchange(link.fetch->queue, {});
  }
  void start_fetch(Link& link, Log& log);
  void begin(Log& log, const Offer& offer);
  Fetch end(Log& log);  // no longer current
  void give_up(Log& log, SessionId failed);
  Status take_chunk(Log& log, SessionId source, v1::Chunk chunk, std::size_t size, Bytes head_note);
  void give_up_slow(Link& link, const std::vector<LogId>& slow);
  void on_verified(Log& log, const TakenChunk& chunk, Result<RunVerified> answer);
  void commit_verified(Log& log);
  void commit(Log& log, RunVerified run, const TakenChunk& chunk);

  Effects& effects_;
  StoreHealth& store_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  Journal& journal_;
  Intake& intake_;
  HeadAsks& asks_;
  Cursors& cursors_;
  Offers& offers_;
  News& news_;
  Lanes lanes_;
  std::set<SessionId> queued_;  // links with a queue
};

}  // namespace koinon::engine
