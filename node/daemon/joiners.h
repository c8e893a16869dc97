// Pins whoever comes with an invite. The invite itself is checked before (transport/joining.h).
#pragma once

#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

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
  boost::asio::awaitable<Result<std::string>> join(InviteRecord invite, v1::Join join);

 private:
  Parts parts_;
};

}  // namespace koinon
