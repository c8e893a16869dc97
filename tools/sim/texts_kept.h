// The truth of which texts and files each node had when something of a log was erased or made void: what a
// recovery keeps, and what was hidden for less than the grace time, is lost nowhere; what was hidden for
// longer is gone.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "tools/sim/sim_node.h"
#include "tools/sim/truth.h"

namespace koinon::sim {

class TextsKept {
 public:
  TextsKept(const Truth& truth, std::chrono::milliseconds grace) : truth_(truth), grace_(grace) {}

  // The store of an honest node is about to take these, in one transaction.
  void committing(SimNode& node, const std::vector<Intent>& intents);
  // It has taken one of them. What is wrong with that; nothing: all is well.
  std::optional<std::string> committed(SimNode& node, const IntentBody& body);
  // The same of what it signs itself.
  void signing(SimNode& node);
  void signed_own(SimNode& node, const std::vector<WithdrawalFact>& withdrawals);
  // The same of its own recovery.
  void recovering(SimNode& node, const RecoveryCommit& recovery);
  std::optional<std::string> recovered(SimNode& node, const RecoveryCommit& recovery);

  // Its store is open. `older`: it was put back, or made anew.
  void began(SimNode& node, bool older);
  // What it has still though its grace time is over.
  std::optional<std::string> left_over(SimNode& node);

 private:
  using Place = std::pair<LogId, EntryIndex>;
  struct Text {
    Bytes body;
    std::set<Hash> files;  // that are complete
  };
  struct Hidden {
    Text text;
    Bytes by;                      // the withdrawal
    std::chrono::milliseconds at;  // by the node's grace clock
    bool gone = false;             // it was looked for after its time, and was not there
  };

  static std::optional<Text> text_of(SimNode& node, const Place& place);
  static bool is_hidden(SimNode& node, const Place& place, const Hidden& hidden, TreeSize least);
  void look_before(SimNode& node, const RecoveryCommit& recovery);
  void keep_if_there(SimNode& node, const Place& place);
  void note_hidden(SimNode& node, const LogId& log, const std::vector<WithdrawalFact>& withdrawals);
  std::optional<std::string> lost_by_recovery(SimNode& node, const LogId& log) const;
  std::optional<std::string> returned(SimNode& node, const RecoveryCommit& recovery);
  std::optional<std::string> wrongly_hidden(SimNode& node, const Place& place, const Hidden& hidden,
                                            const BodyFilter& filter) const;
  void forget(SimNode& node, const LogId& log);
  std::string name_of(const Place& place) const;

  const Truth& truth_;
  std::chrono::milliseconds grace_;
  std::map<Place, Text> before_;  // the commit that is under way
  std::set<Place> waiting_;       // for a recovery that is under way: hidden by what it voids
  std::map<NodeIndex, std::map<Place, Hidden>> hidden_;
};

}  // namespace koinon::sim
