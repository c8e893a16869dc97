// Lanes: the parts of a log's fetch, each from one link. Which part is asked of which link, and whether it
// comes.
#pragma once

#include "node/engine/links.h"
#include "node/engine/logs.h"
#include "node/engine/store_health.h"

namespace koinon::engine {

class Lanes {
 public:
  Lanes(Effects& effects, StoreHealth& store, Logs& logs, Links& links)
      : effects_(effects), store_(store), logs_(logs), links_(links) {}

  const Lane* of(const Log& log, SessionId source) const;
  // Asks the link for what was asked of nobody yet: all of it, of our own log a stripe.
  void ask(Link& link, Log& log);
  // All of it comes by a push.
  void take_push(Link& link, Log& log) { (void)begin(link, log, 0); }
  // The link has brought its stripe, and may have another one.
  void end_stripe(Link& link, Log& log);
  // A chunk of so many bytes came.
  void note_chunk(Lane& lane, SessionId source, std::size_t size) const {
    if (const Link* link = links_.find(source); link != nullptr) lane.last_progress = links_.turn_time(*link);
    lane.pace.count(size);
  }
  // A chunk was verified, and what continues the log was given to the store.
  void note_verified(Log& log) {
    if (log.fetch->current) find_who_holds_up(*log.fetch->current);
  }
  // Something of the log was stored: no part of it is late.
  void note_progress(Log& log);
  // The fetch is over. Gets that are still open are cancelled.
  void end_all(const LogId& log, const Fetch& ended);

  // --- whether the answers come ---

  // The sentence that says which answer is overdue; nothing if none is.
  const char* overdue(const Link& link) const;
  // When something is due of the link's Gets, or earlier.
  MonoTime next_timer(const Link& link) const { return link.fetch->due; }
  // The logs that trickle in from the link.
  std::vector<LogId> trickling(Link& link);
  // Looks at each Get of the link for what is due next.
  void look_again(Link& link) { link.fetch->due = next_of_gets(link); }
  // The store is tried again: the deadlines of all open Gets count again.
  void count_again();

  // Which list is not what a walk over all logs would find; empty: none. For tests.
  std::string wrong_list() const;

 private:
  Lane& begin(Link& link, Log& log, std::uint64_t request_id);
  void find_who_holds_up(Fetch& fetch) const;
  bool trickles(const Link& link, Lane& lane) const;
  MonoTime next_of_gets(const Link& link) const;
  Lane& lane_of(const Link& link, const LogId& log) const {
    return logs_.at(log).fetch->current->lanes.at(link.id);
  }

  Effects& effects_;
  StoreHealth& store_;
  Logs& logs_;
  Links& links_;
};

}  // namespace koinon::engine
