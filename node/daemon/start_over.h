// A node whose store is on a server starts when the server is there and no other process writes to it, and
// starts over where it loses the store: within the process, so that no service manager counts that as a
// failure. Whatever it knew is read anew.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "node/daemon/daemon_log.h"
#include "node/daemon/running_node.h"
#include "node/daemon/service_manager.h"

namespace koinon {

// Whether a start that failed so may succeed later without anybody doing anything.
bool passes_with_the_server(const Config& config, const Error& error);

// Between tries: from a fifth of a second, doubled up to five seconds.
class StartPauses {
 public:
  std::chrono::milliseconds next();

 private:
  std::chrono::milliseconds next_{200};
};

// Tells the service manager that the process is well while none of the threads runs that the watchdog asks.
// For a while only: a start that never ends is a fault as well.
class AliveMeanwhile {
 public:
  explicit AliveMeanwhile(const ServiceManager& manager);
  ~AliveMeanwhile();
  AliveMeanwhile(const AliveMeanwhile&) = delete;
  AliveMeanwhile& operator=(const AliveMeanwhile&) = delete;

 private:
  void run(std::chrono::microseconds pause);

  const ServiceManager& manager_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ends_ = false;
  std::thread thread_;
};

class Starter {
 public:
  // `io`: the main thread's, whose signals end the waiting: they stop it. All outlive this.
  Starter(const DaemonLog& log, ServiceManager& manager, boost::asio::io_context& io)
      : log_(log), manager_(manager), io_(io) {}

  // A node that serves: one that writes, or a reader. Null: `io` was stopped before. `on_store_lost`:
  // DaemonOutside. Errors are those that do not pass.
  Result<std::unique_ptr<RunningNode>> start(const Config& config,
                                             std::function<void(const Error&)> on_store_lost);
  // The node has lost its store: it ends, and the next start counts as one over. Whoever has asked it for
  // something gets an answer before. False: `io` was stopped meanwhile.
  bool end(RunningNode& node, const Error& why);

 private:
  void tell_waiting(const Error& why);

  const DaemonLog& log_;
  ServiceManager& manager_;
  boost::asio::io_context& io_;
  unsigned started_over_ = 0;
  std::string told_;   // why it waits; empty: nothing was told yet
  bool away_ = false;  // the store was lost, or is waited for
};

}  // namespace koinon
