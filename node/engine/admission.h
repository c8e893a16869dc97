// Which logs we follow, from when, until when: trust, blocks, and the grace time of what fell out of policy.
// And which heads peers are asked for by name, because their rows may have passed every cursor as refused:
// until a peer has answered that is remembered, over restarts too.
#pragma once

#include "node/engine/intake.h"
#include "node/engine/news.h"
#include "node/engine/store_health.h"

namespace koinon::engine {

class Admission {
 public:
  struct Stored {
    std::chrono::milliseconds lived{0};  // how long the node had run before this start
    std::vector<HeadAsk> asks;
  };
  Admission(Effects& effects, StoreHealth& store, TrustPolicy& trust, Peers& peers, Logs& logs, Links& links,
            Journal& journal, News& news, Stored stored);

  // --- trust; the caller works off the change (News::policy_changed) ---

  // Computes anew who is admitted, and when that is due next.
  TrustChange recompute();
  MonoTime next_refresh() const { return next_refresh_; }
  // Counted with the next refresh, which comes soon: vouches come in crowds.
  void add_vouches(const std::vector<VouchFact>& vouches);

  // Steps of News::enters_policy and leaves_policy, which relist the log and have it let go in between.
  void begin_admitted(const LogId& id);
  // Behind a removal that is under way there is nothing to readmit: its answer asks for all of it anew.
  void readmit_if_out(Log& log);
  void begin_outside(const LogId& id);
  // What is held stays readable for the grace time.
  void keep_for_grace(Log& log);
  // Removes what has been outside for the grace time.
  void remove_expired();
  // Of News::log_removed: its vouches no longer count.
  void forget(const LogId& id);

  // --- names ---

  // The log's name has come to be known.
  void name_changed(const LogId& id) { claims_changed_.insert(id); }
  std::vector<NameClaim> take_claims();

  // --- heads asked for by name ---

  // Every peer is to be asked for these, those that are connected now.
  void remember_asks(const std::vector<LogId>& logs);
  // Logs of which nothing is held: the next start finds them again, so their asks are not written down before
  // something of them comes (write_asks).
  void remember_unheld(const std::vector<LogId>& logs);
  // The first entries of the log are about to be given to the store: from then on only what is written down
  // says that other peers may have more of it than whoever gave them.
  void write_asks(const LogId& log);
  // What left the policy is asked for anew if it comes back. Else the asks of a peer that is away would grow
  // with all that others ever vouched for.
  void forget_outside_asks();
  // A head that is passed over now is asked for by name later, after a restart too.
  void ask_later(const NodeKey& peer, const LogId& log);
  // The peer has answered about a log, and what it offered is settled.
  void ask_settled(const NodeKey& peer, const LogId& log);
  void forget_peer(const NodeKey& peer) { asks_.erase(peer); }
  // The store has not taken some of them. A cursor that moves now would pass what a restart must ask for.
  bool has_unsaved_asks() const;
  void store_again();
  // The peer named the log, and not whose it is: it is asked, once in a session.
  void ask_whose(Link& link, const LogId& log);
  // Sends GetHeads, so many at a time: the answers to all at once may be more than the peer's queue takes.
  void ask_for(Link& link, const std::vector<LogId>& logs);
  // The peer is ready: it is asked for what is remembered, and for what stands nowhere whole.
  void ask_all(Link& link);
  // Of these logs, which rested, each peer is asked for those that are remembered.
  void ask_again(const std::vector<LogId>& logs);
  // Heads that answer one of our GetHeads: logs that it leaves out are settled. False if none is open.
  bool on_heads(Link& link, const v1::Heads& heads);
  // A GetHeads was refused, if it is one.
  void on_refused(Link& link, std::uint64_t request_id);

 private:
  std::string name_of(const LogId& id) const;
  void readmit(Log& log);
  std::chrono::milliseconds lived() const;
  void save_lived();
  void remove(Log& log);
  void send_head_requests(Link& link);
  void save_asks(CommitAsks intent);
  bool is_written(const LogId& log) const { return !unwritten_.contains(log); }

  struct Lived {
    MonoTime started{};
    std::chrono::milliseconds before;  // over all starts before this one
    std::chrono::milliseconds saved;   // what the store has of lived()
  };

  Effects& effects_;
  StoreHealth& store_;
  TrustPolicy& trust_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  Journal& journal_;
  News& news_;
  std::map<NodeKey, std::set<LogId>> asks_;
  std::set<HeadAsk> unsaved_asks_;  // that the store has not taken, or not forgotten
  std::set<LogId> unwritten_;       // logs whose asks the store does not have: see remember_unheld
  std::set<LogId> outside_;         // logs held and outside our policy
  std::set<LogId> claims_changed_;  // logs whose claims to their names are to be told anew
  MonoTime next_refresh_{};
  Lived lived_;
};

}  // namespace koinon::engine
