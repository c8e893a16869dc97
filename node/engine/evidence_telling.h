// Who is told of which fork. Peers follow a journal from a cursor, and evidence has no row of its own: what a
// session did not hear would never be told again. So each session is told of all forks that are known here,
// once of each contradiction; and once more of those that the peer asks for by name, for it may have passed
// them over as long as it did not follow the log.
#pragma once

#include "node/engine/links.h"
#include "node/engine/logs.h"

namespace koinon::engine {

class EvidenceTelling {
 public:
  EvidenceTelling(Effects& effects, Links& links) : effects_(effects), links_(links) {}

  // Shows the peer the newest evidence that is kept of the log, unless it was told of that contradiction in
  // this session, or has shown it. Waits while the transport's queue is full.
  void tell(Link& link, const LogId& log);
  // The peer asks for the log by name.
  void tell_by_name(Link& link, const LogId& log);
  // The transport's queue has room again.
  void go_on(Link& link);
  // The peer has shown evidence of that digest (EvidenceMark), and it is true.
  void note_shown(Link& link, const LogId& log, const Hash& digest);
  // The log was taken back, and its evidence with it.
  void forget(const LogId& log);

 private:
  void on_read(Link& link, const LogId& log, const std::vector<KeptEvidence>& kept);

  Effects& effects_;
  Links& links_;
};

}  // namespace koinon::engine
