// The peers that the operator pinned, and how each has behaved. Conduct outlasts a peer's sessions, and ends
// when the operator removes the peer.
#pragma once

#include <set>

#include "koinon/v1/wire.pb.h"
#include "node/engine/effects.h"

namespace koinon::engine {

class Peers {
 public:
  Peers(Effects& effects, std::vector<PeerRecord> peers);

  const PeerRecord* find(const NodeKey& peer) const;  // nothing: it is not pinned
  const std::map<NodeKey, PeerRecord>& all() const { return peers_; }
  // Another number once peers were pinned or unpinned: what was found out of all of them is old then.
  std::uint64_t changes() const { return changes_; }
  // Whether the log is that of a pinned peer.
  bool is_peers(const LogId& log) const { return logs_.contains(log); }
  // It has held entries of our own log. False: that was known.
  bool set_held_ours(const NodeKey& peer);

  // Of one that is known epoch and cursor stay.
  void pin(const PeerRecord& peer);
  // Whom the operator pins again begins anew.
  void unpin(const NodeKey& peer);

  // The store holds the cursor: the peer's next session begins there.
  void set_cursor(const NodeKey& peer, const Epoch& epoch, JournalSeq cursor);

  const Conduct* conduct(const NodeKey& peer) const;
  bool shuns(const NodeKey& peer, MonoTime now) const;
  bool is_slow(const NodeKey& peer) const;
  // Whether we dial for a peer that asks for it now; that uses up what it may ask.
  bool take_reach(const NodeKey& peer);
  void count_session(const NodeKey& peer) { ++conduct_[peer].sessions; }
  // Counts the frame against what the peer may send. More than that is no offence: an honest relay passes on
  // what others send it, and is read more slowly.
  void count_frame(const NodeKey& peer, const v1::Frame& frame);
  // It is shunned, longer each time, up to a limit.
  void note_lie(const NodeKey& peer, const std::string& what);
  // Others are asked before it for a pause, which is longer each time, up to a limit. False if one runs
  // already.
  bool note_slow(const NodeKey& peer);

 private:
  void relist();

  Effects& effects_;
  std::map<NodeKey, PeerRecord> peers_;
  std::map<NodeKey, Conduct> conduct_;
  std::set<LogId> logs_;  // of the peers
  std::uint64_t changes_ = 0;
};

}  // namespace koinon::engine
