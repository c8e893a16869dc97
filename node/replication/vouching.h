// For which peers our log vouches by itself: once for each that is pinned with a vouch, as soon as its
// session has proven its node key and its log is held here. Decides alone; who uses it signs.
//
// Belongs to one thread.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "crypto/log_state.h"

namespace koinon {

class Vouching {
 public:
  explicit Vouching(const StoreState& state);

  // The session of a peer whose log this is has proven its key.
  void note_proven(const NodeKey& key, const LogId& log) { proven_[log].insert(key); }
  // The peers that have proven their keys: of one log, of all logs.
  std::vector<NodeKey> proven_of(const LogId& log) const;
  std::vector<NodeKey> all_proven() const;

  // Whether to vouch for a pinned peer now. If so, it counts as vouched for until forget().
  bool begin(const PeerRecord& peer);
  // The vouch did not come about, or was taken back: it may be given again. Whether there was one.
  bool forget(const LogId& log) { return vouched_.erase(log) > 0; }
  // A peer is pinned no longer; should it come again, its session proves its key again.
  void unpinned(const NodeKey& key, const LogId& log);

 private:
  bool signs_;  // false: an observer, which has no log to vouch with
  std::map<LogId, std::set<NodeKey>> proven_;
  std::set<LogId> vouched_;
};

}  // namespace koinon
