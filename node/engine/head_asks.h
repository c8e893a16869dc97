// Heads that are asked for by name: those that were refused or passed over when their rows passed a peer's
// cursor. What each peer is to be asked for is stored, so that a restart asks for it too.
#pragma once

#include "node/engine/links.h"
#include "node/engine/logs.h"
#include "node/engine/store_health.h"
#include "node/engine/unheld_logs.h"

namespace koinon::engine {

class HeadAsks {
 public:
  HeadAsks(Effects& effects, StoreHealth& store, Peers& peers, Logs& logs, Links& links,
           const std::vector<HeadAsk>& stored);

  // --- what is remembered ---

  // Every peer is to be asked for these, those that are connected now.
  void add_for_all(const std::vector<LogId>& logs);
  // The same at a start, for logs of which nothing is held. The next start finds them again, so nothing is
  // stored of it yet. Costs as much as there are logs, however many peers there are.
  void add_unheld(const std::vector<LogId>& logs);
  // The first entries of the log are about to be given to the store: from then on only what is stored says
  // that other peers may have more of it than whoever gave them.
  void store_unheld(const LogId& log);
  // A head that is passed over now is asked for later, after a restart too.
  void add(const NodeKey& peer, const LogId& log);
  // The peer has answered about a log, and what it offered is settled.
  void settle(const NodeKey& peer, const LogId& log);
  // What left the policy is asked for anew if it comes back. Else the asks of a peer that is away would grow
  // with all that others ever vouched for.
  void forget_outside(const TrustPolicy& trust);
  void forget_peer(const NodeKey& peer);
  // The store has not taken some of them. A cursor that moves now would pass what a restart must ask for.
  bool has_unsaved() const;
  void store_again();

  // --- what is sent ---

  // The peer named the log, and not whose it is, or fewer statements than it has: it is asked, once in a
  // session, and again where it has `stated` more.
  void ask_whose(Link& link, const LogId& log, std::uint32_t stated);
  // The peer is ready: it is asked for what is remembered, and for what stands nowhere whole.
  void ask_all(Link& link);
  // Of these logs, which rested, each peer is asked for those that are remembered.
  void ask_again(const std::vector<LogId>& logs);
  // Heads that answer one of our GetHeads: logs that it leaves out are settled. False if none is open.
  bool on_heads(Link& link, const v1::Heads& heads);
  // A GetHeads was refused, if it is one.
  void on_refused(Link& link, std::uint64_t request_id);

 private:
  bool contains(const NodeKey& peer, const LogId& log) const;
  // Sends GetHeads, so many at a time: the answers to all at once may be more than the peer's queue takes.
  void ask_for(Link& link, const std::vector<LogId>& logs);
  void send_requests(Link& link);
  void save(CommitAsks intent);

  Effects& effects_;
  StoreHealth& store_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  std::map<NodeKey, std::set<LogId>> asks_;  // as they are stored
  std::set<HeadAsk> unsaved_;                // that the store has not taken, or not forgotten
  UnheldLogs unheld_;                        // at the start, and still
};

}  // namespace koinon::engine
