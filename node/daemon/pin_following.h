// Pins follow what a peer's log says of its node. Where an entry names another node key, that one is awaited
// beside the pinned one, and pinned in its place once a handshake shows it: until then the peer's node may
// show the old one. Where the entry that named the pinned key is void, or several keys were missed, the peer
// is pinned anew. A key that the log never named is the operator's word, and stays. Where the log names our
// own node key, or one that is pinned as another's, nothing is awaited and nothing goes.
//
// Belongs to the network's thread; what it begins ends on the writer's.
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "node/daemon/daemon_log.h"
#include "node/replication/store_writer.h"
#include "node/transport/network.h"
#include "proto/base/limits.h"

namespace koinon {

class PinFollowing {
 public:
  struct Parts {
    const DaemonLog& log;
    Network& network;
    StoreWriter& writer;
    NodeKey own;
  };
  // What `parts` refers to outlives the threads of network and writer, and so does this.
  explicit PinFollowing(Parts parts) : parts_(std::move(parts)) {}

  // Each does nothing if no peer of that log is pinned.
  // The log may name another key by now. `shown`: a handshake has shown this key.
  void look(const LogId& log, std::optional<NodeKey> shown = std::nullopt) { begin(log, {shown}); }
  // The operator pinned a peer of it, or had done so before this start. Whatever the key, it stays: the node
  // may have come back from a backup. But where the store notes keys to follow (settings.h), a look of before
  // this start did not come to its end, and is made up for.
  void look_at_pin(const LogId& log) { begin(log, {std::nullopt, false}); }

  struct Look {
    std::optional<NodeKey> shown;
    bool moves = true;
  };
  struct Moved {
    std::optional<PeerRecord> pinned;
    std::vector<PeerRecord> dropped;
    std::optional<Peers::Awaited> awaits;
  };
  // What is done to the store, inside its transaction. What the store noted of the log is done then.
  static Result<Moved> move(Store& store, const LogId& log, const NodeKey& own, const Look& look);

 private:
  static Result<Moved> follow(Store& store, const LogId& log, const NodeKey& own, const Look& look);
  // `wait`: until it is tried again where it fails; then doubled.
  void begin(const LogId& log, const Look& look, std::chrono::seconds wait = limits::kStoreRetry);
  void try_again(const LogId& log, const Look& look, std::chrono::seconds wait, const Error& why);
  void tell(const LogId& log, const Moved& moved);

  Parts parts_;
  std::map<LogId, Look> waiting_;  // that have failed, one of each log. The network's thread
};

}  // namespace koinon
