// The client of witnesses in the daemon: with what it works, what the log says of it, who may wake it when.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "node/daemon/config.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/folder_in_use.h"
#include "node/daemon/identity.h"
#include "node/delivery/witness_client.h"
#include "node/replication/store_writer.h"

namespace koinon {

class Witnessing {
 public:
  Witnessing() = default;
  Witnessing(const Witnessing&) = delete;
  Witnessing& operator=(const Witnessing&) = delete;

  struct Parts {
    const Config& config;
    const DaemonLog& log;
    const FolderInUse& folder;
    const NodeIdentity& identity;
    Clock clock;
    StoreWriter& writer;  // keeps what was cosigned
  };
  // Once, after the writer. Nothing runs if the configuration names no witness, or the node has no log. What
  // `parts` refers to outlives the thread; this outlives the writer's.
  Status start(const Parts& parts);
  // Joins the thread. Before the writer stops.
  void stop();

  // Any thread, from the beginning on: our log has a new head.
  void notify();
  // Any thread, from start() on.
  std::vector<WitnessStanding> standings() const;

 private:
  std::unique_ptr<WitnessClient> client_;
  std::atomic<WitnessClient*> running_ = nullptr;  // for the writer's thread, which is there before it
};

}  // namespace koinon
