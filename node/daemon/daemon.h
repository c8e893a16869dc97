// koinond: the threads of a node, made and joined in order.
//
//   network (sessions, engine) ⇄ writer (store, own log) → index → reading threads ⇄ HTTP
//   a small pool checks signatures and hashes, one thread reads what is served to peers, one signs what waits
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include <boost/asio/thread_pool.hpp>

#include "node/daemon/alarm_watch.h"
#include "node/daemon/config.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/engine_events.h"
#include "node/daemon/identity.h"
#include "node/daemon/index_worker.h"
#include "node/daemon/intent_runner.h"
#include "node/daemon/joiners.h"
#include "node/daemon/log.h"
#include "node/daemon/node_clock.h"
#include "node/delivery/courier.h"
#include "node/http/server.h"
#include "node/pages/messages.h"
#include "node/publishing/hold_queue.h"
#include "node/site/reading_service.h"

namespace koinon {

inline constexpr std::string_view kVersion = "0.1.0";

class Daemon {
 public:
  // Serves when it returns. Errors are one sentence for the operator.
  static Result<std::unique_ptr<Daemon>> start(const Config& config);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  std::uint16_t peer_port() const { return network_->port(); }
  std::uint16_t http_port() const { return http_->port(); }
  void stop();

 private:
  explicit Daemon(Config config);
  Status prepare();
  Status make_network(StoreReader& store, const StoreState& state);
  void make_http();
  Status start_index(const StoreState& state);
  Status start_writer(std::unique_ptr<Store> store, const StoreState& state);
  Status start_courier();
  Status start_http();
  Status start_hold_queue();
  Status start_alarms();
  Result<std::unique_ptr<Site>> make_site(const ApiOptions& options,
                                          const std::shared_ptr<SharedColumns>& columns,
                                          boost::asio::io_context& io);
  void log_change(const AuditLine& line);
  Status write_ready_file() const;
  bool has_room() const;
  void sign_what_waited();

  Config config_;
  Log log_;
  DataFolder folder_;
  Clock clock_ = system_clock();
  std::unique_ptr<ClockWatch> clock_watch_;
  std::optional<FolderLock> lock_;
  std::optional<NodeKeys> keys_;
  NodeIdentity identity_;

  Nearness nearness_;  // the network's thread writes it; all others read it

  // In the order in which they are made; stop() joins them in reverse.
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<IntentRunner> intents_;
  std::unique_ptr<EngineEvents> events_;
  std::unique_ptr<Joiners> joiners_;
  std::shared_ptr<SharedColumns> columns_ = make_shared_columns();  // of all who search
  std::unique_ptr<IndexReader> ahead_;                              // the index's thread loads them by it
  std::unique_ptr<IndexWorker> index_;
  std::unique_ptr<Network> network_;
  boost::asio::thread_pool slow_;  // passwords
  std::unique_ptr<Courier> courier_;
  std::atomic<Courier*> courier_running_ = nullptr;  // for the index's thread, which is there before it
  std::optional<Messages> messages_;                 // what the pages say; reading threads use it
  std::unique_ptr<Commons> commons_;
  std::unique_ptr<HoldQueue> hold_queue_;
  std::unique_ptr<AlarmWatch> alarms_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<ReadingService> reading_;

  bool stopped_ = false;
};

}  // namespace koinon
