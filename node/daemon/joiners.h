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
  boost::asio::awaitable<Result<std::string>> join(InviteRecord invite, std::string peer_line);

 private:
  Parts parts_;
};

}  // namespace koinon
