// A node that serves, for the program that runs it: one that writes and signs (daemon.h), or one that only
// reads (reader_daemon.h).
#pragma once

#include <string>
#include <vector>

#include "node/daemon/config.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/watchdog.h"

namespace koinon {

class RunningNode {
 public:
  virtual ~RunningNode() = default;
  virtual const DaemonLog& log() const = 0;
  // The threads without which this node does not do its work.
  virtual std::vector<Watchdog::Watched> watched() = 0;
  // One line for people: what is served where, and what is wrong.
  virtual std::string status_line() const = 0;
  // The keys that may change while it runs (ConfigKey::reloads) become what they are in `config`, whose other
  // values are as at the start.
  virtual void reload(const Config& config) = 0;
  // On the thread that started it. A second call does nothing.
  virtual void stop() = 0;
};

}  // namespace koinon
