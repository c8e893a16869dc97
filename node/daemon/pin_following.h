// Pins follow what a peer's log says of its node: where a later entry names another node key, or the entry
// that named it is void, the peer is pinned under the key that stands. A key that the log never named is the
// operator's word, and stays.
//
// Belongs to the network's thread; what it begins ends on the writer's.
#pragma once

#include "node/daemon/daemon_log.h"
#include "node/replication/store_writer.h"
#include "node/transport/network.h"

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

  // The log may name another key by now. Does nothing if no peer of that log is pinned.
  void look(const LogId& log);

 private:
  struct Moved {
    std::optional<PeerRecord> pinned;
    std::vector<PeerRecord> dropped;
  };
  static Result<Moved> move(Store& store, const LogId& log, const NodeKey& own);

  Parts parts_;
};

}  // namespace koinon
