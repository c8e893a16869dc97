// The configuration read again while the node runs (SIGHUP). What can change does; the rest is told.
#pragma once

#include <string>
#include <vector>

#include "node/daemon/config.h"

namespace koinon {

struct ConfigChange {
  std::string key;
  std::string from;  // as the key's `set` takes it
  std::string to;
};

struct ConfigReload {
  std::vector<ConfigChange> taken;  // have taken effect
  std::vector<ConfigChange> wait;   // for a restart
};

// Sets in `running`, with which the node runs, what may change of `read`, which has no faults. The caller
// hands it to the node.
ConfigReload reload_config(const Config& read, Config& running);

}  // namespace koinon
