// What every change of a key of a node that runs works with. What it refers to outlives the change.
#pragma once

#include <string>

#include "node/daemon/daemon_log.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/key_change_guard.h"
#include "node/replication/store_writer.h"

namespace koinon {

struct KeyChangeParts {
  const DataFolder& folder;
  std::string passphrase_file;  // seals the new key as it does the others
  LogId log;
  StoreWriter& writer;
  KeyChangeGuard& guard;
  const DaemonLog& log_lines;
};

}  // namespace koinon
