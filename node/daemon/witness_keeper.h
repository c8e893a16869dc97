// The witness for other systems of a running node: its lists of logs, its thread, its HTTP server. What goes
// wrong with it is told, and never holds up the city's own work.
#pragma once

#include <functional>
#include <memory>

#include "node/daemon/config.h"
#include "node/daemon/witness_service.h"

namespace koinon {

class WitnessKeeper {
 public:
  struct Parts {
    const Config& config;
    const DaemonLog& log;
    const DataFolder& folder;
    std::string name;  // the city's
    bool is_observer = false;
    Clock clock;
    std::function<Status(std::optional<UnixMillis> made_at)> may_cosign;  // as WitnessThread has it
  };
  // Reads the lists. Nothing is served yet. None: the configuration names no address for it.
  static std::unique_ptr<WitnessKeeper> make(Parts parts);
  ~WitnessKeeper() { stop(); }
  WitnessKeeper(const WitnessKeeper&) = delete;
  WitnessKeeper& operator=(const WitnessKeeper&) = delete;

  void start();
  // Joins the server's thread, then the witness's.
  void stop();
  // Any thread, from the making on.
  void on_signing() { witness_.on_signing(); }
  WitnessView view() const;

 private:
  WitnessKeeper(Parts parts, WitnessedLogs logs, std::vector<AddressRange> proxies);
  static HttpServer::Options server_options(const Parts& parts);

  Parts parts_;
  std::string trouble_;  // why it does not listen; set before start() returns
  HttpServer http_;      // what it still holds of requests goes after their thread has ended
  WitnessThread witness_;
  WitnessService service_;
};

}  // namespace koinon
