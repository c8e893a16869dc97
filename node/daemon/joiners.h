// Pins whoever comes with an invite. The invite itself is checked before (transport/joining.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "node/daemon/daemon_log.h"
#include "node/daemon/identity.h"
#include "node/replication/store_writer.h"
#include "node/transport/network.h"

namespace koinon {

class Joiners {
 public:
  struct Parts {
    const DaemonLog& log;
    Network& network;
    StoreWriter& writer;
    NodeIdentity identity;
    std::function<UnixMillis()> wall;
  };
  // What `parts` refers to outlives this.
  explicit Joiners(Parts parts) : parts_(std::move(parts)) {}

  // Returns our name. Network thread; ends when the writer has answered. This must outlive it.
  // A pin that stands is not changed, with one exception: where the recovery key of a log says which key
  // signs it now, and whoever joins has shown that it holds that one, the log's pin moves to the new node.
  // What the joiner's statements say of a log that is held is kept before anybody is pinned: whoever asks for
  // that log next is shown them. Those that say otherwise than a recovery which is known here are refused,
  // and go no further.
  boost::asio::awaitable<Result<std::string>> join(InviteRecord invite, v1::Join join);
  // Network thread. The engine has told that the log's statements are kept, or cannot be.
  void on_statements_kept(const LogId& log);

 private:
  // Until the store has them, or limits::kStatementsWait is over.
  boost::asio::awaitable<void> keep(KeyHistory told, NodeKey teller);

  Parts parts_;
  // The timers of those that wait. A coroutine has its own, and goes with the network.
  std::multimap<LogId, std::weak_ptr<boost::asio::steady_timer>> waiting_;
};

}  // namespace koinon
