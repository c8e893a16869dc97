// Who offers more of a log than is held: the newest head of each link.
#pragma once

#include "node/engine/cursors.h"

namespace koinon::engine {

class Offers {
 public:
  Offers(Peers& peers, Links& links, Cursors& cursors) : peers_(peers), links_(links), cursors_(cursors) {}

  // Heads are verified in any order, and some come outside the journal: a smaller one takes nothing back
  // unless a later row says so. Whatever remains settles the latest row.
  void keep(Log& log, const Offer& offer);
  void drop(Log& log, SessionId source);
  // Nobody's offers count any more: their rows are done.
  void settle(Log& log);
  // Takes all, for the caller to settle.
  std::vector<Offer> take(Log& log);
  // Those that the log has reached now that it stands whole.
  std::vector<Offer> take_reached(Log& log);
  const Offer* of(const Log& log, SessionId source) const;
  const std::map<SessionId, Offer>& all(const Log& log) const { return log.offers->newest; }
  // Of the offers that go beyond what is held: the largest, of peers that are not slow if there is one.
  // Nothing if there is none. The pointer is good until the log's offers change.
  const Offer* best(const Log& log) const;
  // The logs that the link offers more of.
  const std::set<LogId>& logs_of(const Link& link) const { return link.offers->logs; }
  // Which list is not what a walk over all logs would find; empty: none. For tests.
  std::string wrong_list(const Logs& logs) const;

 private:
  void relist(const Log& log, SessionId source);

  Peers& peers_;
  Links& links_;
  Cursors& cursors_;
};

}  // namespace koinon::engine
