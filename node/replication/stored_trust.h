// Whom a node trusts and who has which name, worked out from what its store says: for nodes that only read,
// which have no engine. The rules are the engine's (engine/trust.h, engine/admission.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/engine/trust.h"
#include "storage/store/store.h"

namespace koinon {

// As of one look at the store. It never changes: any thread may read it.
struct TrustView {
  TrustPolicy policy{TrustPolicy::Rules()};
  std::optional<LogId> own;
  std::vector<PeerRecord> peers;
  std::map<LogId, TreeSize> frozen;  // trusted logs that forked, with the size held
  std::set<LogId> for_good;          // those of them that nothing thaws
  std::set<LogId> thawed;            // trusted logs that forked, and go on by the operator's word

  std::vector<LogId> peer_logs() const;
};

// Belongs to one thread.
class StoredTrust {
 public:
  // The cost grows with the logs and the vouches of the state. Returns what has changed of who has which name
  // since it was called last; at first all that is known.
  std::vector<NameClaim> take(const StoreState& state, const TrustPolicy::Rules& rules, UnixMillis now);
  // Of the last call. Never none.
  std::shared_ptr<const TrustView> view() const { return view_; }

 private:
  struct Claim {
    std::string name;
    unsigned rank = 0;
    bool operator==(const Claim&) const = default;
  };
  std::map<LogId, Claim> claims_;
  std::shared_ptr<const TrustView> view_ = std::make_shared<TrustView>();
};

// The writer keeps the rules that it goes by in the store, so that all its readers go by the same.
Status keep_trust_rules(Store& store, const TrustPolicy::Rules& rules);
// What was kept. Nothing was: the rules of a node that nobody has configured.
Result<TrustPolicy::Rules> read_trust_rules(KnowledgeReader& store);

}  // namespace koinon
