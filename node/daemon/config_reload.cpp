#include "node/daemon/config_reload.h"

namespace koinon {

ConfigReload reload_config(const Config& read, Config& running) {
  ConfigReload out;
  for (const ConfigKey& key : config_keys()) {
    const ConfigChange change{key.name, key.value(running), key.value(read)};
    if (change.from == change.to) continue;
    // What has been read once is read again.
    const bool is_taken = key.reloads && key.set(running, change.to).ok();
    (is_taken ? out.taken : out.wait).push_back(change);
  }
  return out;
}

}  // namespace koinon
