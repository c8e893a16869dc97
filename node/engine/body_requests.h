// Our open GetBodies: which peer is asked for which of the bodies that are missing, and how far it may look
// for them. Owned by Bodies, which decides when to ask and takes the answers.
#pragma once

#include "node/engine/effects.h"
#include "node/engine/holdings.h"

namespace koinon::engine {

class BodyRequests {
 public:
  BodyRequests(Effects& effects, Links& links, Holdings& holdings)
      : effects_(effects), links_(links), holdings_(holdings) {}

  // Shares out what is missing of the log and not asked for among the peers that are not busy, a request
  // each. Round 1 asks for what a peer holds itself, round 2 lets it look further. True if something was
  // asked.
  bool ask(Log& log, unsigned round);

  BodiesAsked* find(Link& link, std::uint64_t request_id) const;  // nothing: none is open
  // Those for bodies of that log are cancelled.
  void give_up(const LogId& log);
  // One that is open; it is not open any more.
  BodiesAsked take(Link& link, std::uint64_t request_id);
  // As much is asked of the peer as may be at once.
  bool is_busy(const Link& link) const;
  bool somebody_is_busy() const;
  bool somebody_is_free() const;

  // The sentence that says that an answer is overdue; nothing if none is.
  const char* overdue(const Link& link) const;
  // Those that are answered in drops, for too long.
  std::vector<std::uint64_t> slow(const Link& link) const;
  // When one is overdue, or slow.
  MonoTime next_timer(const Link& link) const;

 private:
  Link* holder_of(const Log& log, EntryIndex index, const MissingBody& body, unsigned round) const;
  void send_get(Link& link, Log& log, const std::vector<EntryIndex>& indexes, std::uint32_t hops);

  Effects& effects_;
  Links& links_;
  Holdings& holdings_;
};

}  // namespace koinon::engine
