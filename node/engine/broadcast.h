// What is new, told live, as in "Epidemic Broadcast Trees" (Leitão, Pereira, Rodrigues 2007; "Plumtree"), its
// state per link and log: a log is pushed to those peers that fetched it from us (eager links), the others
// are told of its heads a moment later (lazy links). A Get grafts the link, a Prune takes it out of the tree.
//
// Pushes run ahead of the journal's order; its rows are told in order, those left out that the peer is known
// to hold, and the cursor passes them.
#pragma once

#include "node/engine/bodies.h"
#include "node/engine/cosigned_heads.h"
#include "node/engine/forks.h"
#include "node/engine/standing.h"

namespace koinon::engine {

class Broadcast {
 public:
  Broadcast(Effects& effects, Logs& logs, Links& links, Journal& journal, Holdings& holdings, Intake& intake,
            Standing& standing, Forks& forks, Bodies& bodies, CosignedHeads& cosigned);

  // False: it may not come, and the link has ended.
  bool on_follow(Link& link, const v1::Follow& follow);
  // Rows of these logs have entered the journal.
  void announce(const std::vector<LogId>& logs);
  // The transport's queue has room again: rows that waited for it are told.
  void go_on(Link& link);
  // The node shuts down: what has not been told yet is told now.
  void tell_last(Link& link);
  // The log is pushed to this peer from now on.
  void graft(Link& link, const LogId& log) { link.broadcast->eager.insert(log); }
  void on_prune(Link& link, const v1::Prune& prune);

  void run_timers(Link& link);
  MonoTime next_timer(const Link& link) const;

 private:
  struct PushKey {
    LogId log;
    TreeSize from;
    TreeSize to;
    auto operator<=>(const PushKey&) const = default;
  };

  void send_rows(Link& link);
  bool holds(const Link& link, Log& log) const;
  void send_cursor(Link& link);
  bool can_push(const Link& link, const Log& log) const;
  void start_push(Link& link, const Log& log);
  void on_push_read(const PushKey& key, const Result<ServedRun>& answer);
  void send_push(Link& link, const Log& log, const PushKey& key, const ServedRun& run);

  Effects& effects_;
  Logs& logs_;
  Links& links_;
  Journal& journal_;
  Holdings& holdings_;
  Intake& intake_;
  Standing& standing_;
  Forks& forks_;
  Bodies& bodies_;
  CosignedHeads& cosigned_;
  std::map<PushKey, std::vector<SessionId>> push_reads_;
};

}  // namespace koinon::engine
