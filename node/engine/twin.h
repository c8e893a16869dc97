// Signs that another node runs with our key: peers that followed us name an epoch of it, and sessions that
// stood are displaced by its own. Standing decides what follows.
#pragma once

#include <map>
#include <set>

#include "node/engine/links.h"

namespace koinon::engine {

class Twin {
 public:
  Twin(Effects& effects, const Links& links) : effects_(effects), links_(links) {}

  enum class Shows : unsigned char { kNoTwin, kTwin, kTwinAgain };
  // The peer shows a twin if it names an epoch of ours that is as new as the current one, and had followed us
  // before, or shows a later one each time. Else such an epoch was lost with the store.
  Shows on_follow(const NodeKey& peer, const v1::Follow& follow, const Epoch& current);
  bool is_accused() const { return !accusers_.empty(); }
  bool accuses(const NodeKey& peer) const { return accusers_.contains(peer); }
  MonoTime accused_at() const { return accused_at_; }  // when the first of them did

  // A peer has ended our session because another stays.
  void note_displaced(const Link& link);
  // It took the place of the session that the peer ended.
  void on_connected(const Link& link);
  // Whether a session of ours is missing since, so that the peers are to be asked; once, and by the word of
  // one peer more and more seldom. `due`: no later than the next look.
  bool take_displaced(MonoTime& due);

  // The operator goes on without its word, for as long as this node runs.
  void excuse(const NodeKey& peer);
  void forget(const NodeKey& peer);

 private:
  struct Heard {
    MonoTime until{};
    MonoTime pause{};
  };

  Effects& effects_;
  const Links& links_;
  std::set<NodeKey> accusers_;
  std::set<NodeKey> excused_;
  MonoTime accused_at_{};
  std::set<NodeKey> followed_;              // peers that have named our current epoch in this run
  std::map<NodeKey, std::uint32_t> shown_;  // the first lost epoch that a peer named
  std::map<NodeKey, MonoTime> displaced_;   // and nobody has taken our place yet
  std::map<NodeKey, Heard> heard_;          // whose word for that has made us ask
};

}  // namespace koinon::engine
