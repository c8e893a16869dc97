// What the daemon does where the engine says what has happened: it tells the operator, stops signing,
// remembers which filter is applied, and vouches for peers that have proven their keys.
#pragma once

#include <functional>
#include <vector>

#include "node/daemon/daemon_log.h"
#include "node/daemon/identity.h"
#include "node/daemon/pin_following.h"
#include "node/publishing/keys_entry.h"
#include "node/publishing/signing_standing.h"
#include "node/replication/store_writer.h"
#include "node/replication/vouching.h"
#include "node/transport/network.h"

namespace koinon {

class EngineEvents {
 public:
  struct Parts {
    const DaemonLog& log;
    Network& network;
    StoreWriter& writer;
    NodeIdentity identity;
    std::function<UnixMillis()> wall;
    SigningStanding& signing;
    // This node may sign, and could not before: its store is marked as the newest. The writer's thread.
    std::function<Status(Store&)> on_signs;
    // It may not sign; it could before, or this is its start: the mark no longer lets it sign. The writer's
    // thread.
    std::function<Status(Store&)> on_asks;
    // on_standing: what `signing` is about to say; on_signing: this node may sign now. The network's thread.
    std::function<void(const StandingView&)> on_standing;
    std::function<void()> on_signing;
    const OwnKeys* keys;  // that our log is to name; none: an observer's
  };
  // What `parts` refers to, and this, outlive the threads of network and writer.
  EngineEvents(Parts parts, const StoreState& state)
      : parts_(std::move(parts)),
        vouching_(state),
        pins_({parts_.log, parts_.network, parts_.writer, parts_.identity.node_key}) {}
  EngineEvents(const EngineEvents&) = delete;
  EngineEvents& operator=(const EngineEvents&) = delete;

  // Before the network's thread runs: what is known at the start of whether this node may sign.
  void begin();
  // Network thread.
  void on_event(const Event& event);
  // A handshake has shown the node key that is awaited of a peer of this log.
  void on_awaited_key(const LogId& log, const NodeKey& shown) { pins_.look(log, shown); }
  void on_pinned(const LogId& log) { pins_.look_at_pin(log); }
  // Any thread: our log has been extended by these. A peer whose vouch was taken back may be vouched for
  // again, once it is pinned again.
  void on_own_vouches(const std::vector<VouchFact>& vouches);
  // Any thread: our clock held signing up, and does not any more. What waited is signed.
  void vouch_for_all();

 private:
  void on_advanced(const Event& event);
  void name_own_keys();
  void note_holder(const NodeKey& peer, TreeSize size);
  void on_forked(const Event& event);
  void on_standing();
  void mark_asks();
  void mark(const std::function<Status(Store&)>& how);
  void consider_vouch(const NodeKey& key);
  // The name of a pinned peer, or the key of another.
  std::string name_of(const NodeKey& key) const;

  Parts parts_;
  // Network thread
  Vouching vouching_;
  PinFollowing pins_;
  bool mark_stands_ = true;  // as far as is known: it may be a reason to sign
};

}  // namespace koinon
