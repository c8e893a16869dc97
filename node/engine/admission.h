// Which logs we follow, from when, until when: trust, blocks, and the grace time of what fell out of policy.
#pragma once

#include "node/engine/intake.h"
#include "node/engine/news.h"
#include "node/engine/store_health.h"

namespace koinon::engine {

class Admission {
 public:
  // `lived`: how long the node had run before this start.
  Admission(Effects& effects, StoreHealth& store, TrustPolicy& trust, Peers& peers, Logs& logs,
            Journal& journal, News& news, std::chrono::milliseconds lived);

  // --- trust; the caller works off the change (News::policy_changed) ---

  // Computes anew who is admitted, and when that is due next.
  TrustChange recompute();
  MonoTime next_refresh() const { return next_refresh_; }
  // Counted with the next refresh, which comes soon: vouches come in crowds.
  void add_vouches(const std::vector<VouchFact>& vouches);

  // All that the log states of others: what it said before was void.
  void replace_vouches(const LogId& voucher, const std::vector<VouchFact>& vouches);

  // Steps of News::enters_policy and leaves_policy, which relist the log and have it let go in between.
  void begin_admitted(const LogId& id);
  // Behind a removal that is under way there is nothing to readmit: its answer asks for all of it anew.
  void readmit_if_out(Log& log);
  void begin_outside(const LogId& id);
  // What is held stays readable for the grace time.
  void keep_for_grace(Log& log);
  // Removes what has been outside for the grace time.
  void remove_expired();
  // Nothing of the log is held any more that could be removed.
  void note_gone(const LogId& id) { outside_.erase(id); }
  // Of News::log_removed: its vouches no longer count.
  void forget(const LogId& id);

  // --- names ---

  // The log's name has come to be known.
  void name_changed(const LogId& id) { claims_changed_.insert(id); }
  std::vector<NameClaim> take_claims();

 private:
  std::string name_of(const LogId& id) const;
  void readmit(Log& log);
  std::chrono::milliseconds lived() const;
  void save_lived();
  void remove(Log& log);

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
  Journal& journal_;
  News& news_;
  std::set<LogId> outside_;         // logs held and outside our policy
  std::set<LogId> claims_changed_;  // logs whose claims to their names are to be told anew
  MonoTime next_refresh_{};
  Lived lived_;
};

}  // namespace koinon::engine
