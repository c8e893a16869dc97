// Tells the service manager of a node that serves: that it does, how it is, and, while all of its threads
// turn, that it is well. Without a manager it does nothing, and has no thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/daemon/running_node.h"
#include "node/daemon/service_manager.h"
#include "node/daemon/watchdog.h"

namespace koinon {

class ServiceReport {
 public:
  // The node serves. Both outlive this; it is stopped after stopping() alone.
  ServiceReport(const ServiceManager& manager, RunningNode& node);
  ~ServiceReport() { end(); }
  ServiceReport(const ServiceReport&) = delete;
  ServiceReport& operator=(const ServiceReport&) = delete;

  // Around a reload of the configuration. The thread that made this.
  void reloading();
  void reloaded();
  // Nobody is watched any more; the node may stop.
  void stopping();

 private:
  void end();
  void watch();
  void note(const Status& told);
  void show(const std::vector<std::string>& silent);

  const ServiceManager& manager_;
  RunningNode& node_;
  // The watchdog's thread alone, once it runs.
  std::string shown_;  // as status
  bool told_ = true;   // the last word reached the manager
  std::optional<Watchdog> watchdog_;
};

}  // namespace koinon
