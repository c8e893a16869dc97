// koinond: the threads of a node, made and joined in order.
//
//   network (sessions, engine) ⇄ writer (store, own log) → index → reading threads ⇄ HTTP
//   a small pool checks signatures and hashes, one thread reads what is served to peers, one signs what waits
//
// The order of start:
//   1. The folder is locked and its keys are read, the store is opened (one on a server first of all) and
//      begins its next epoch, the clock is believed.
//   2. Network and HTTP server are made, for others to refer to; nothing is served yet.
//   3. The index's thread, which HTTP's event streams hear from.
//   4. The writer, which tells the index of arrivals, with the threads that do what the engine asks for.
//   5. The network's thread, which asks them. From here on it is known who has which name.
//   6. The courier, the client of witnesses, the hold queue, the alarms, which ask all of these.
//   7. The witness for other systems, if there is one.
//   8. The reading threads and HTTP, which need all of these; then the ready file.
//
// The order of stop, where each thread is joined before anything that it uses:
//   1. HTTP, the reading threads, the one for passwords, the witness: nobody asks for anything any more.
//   2. The alarms; then the hold queue, which still signs, so that the writer must run.
//   3. The index, then the courier, then the client of witnesses, which has what it holds written.
//   4. The network, which still hands what it has to the writer; the writer, which carries that out; the
//      checkers and the reader for peers.
//   5. The network is destroyed: what it still holds of requests goes back to the reading threads' contexts.
//      Then the others, last made first. The writer's connection closes last of all: only it can fold the
//      write-ahead log back into the store.
// A start that fails half way stops what has begun in the same order.
// Where a store on a server is lost, all of this is stopped, and another daemon is started (start_over.h).
// Outside of all this stands the watchdog (service_report.h): it begins when the daemon serves, and ends
// before stop.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "node/daemon/alarm_watch.h"
#include "node/daemon/arrival_threads.h"
#include "node/daemon/config.h"
#include "node/daemon/cosigner_renewal.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/engine_threads.h"
#include "node/daemon/folder_in_use.h"
#include "node/daemon/identity.h"
#include "node/daemon/named_key_changes.h"
#include "node/daemon/node_clock.h"
#include "node/daemon/recovery_words_change.h"
#include "node/daemon/request_threads.h"
#include "node/daemon/running_node.h"
#include "node/daemon/service_manager.h"
#include "node/daemon/signing_key_change.h"
#include "node/daemon/watchdog.h"
#include "node/daemon/witness_keeper.h"
#include "node/daemon/witnessing.h"
#include "node/publishing/hold_queue.h"

namespace koinon {

// What whoever runs a daemon knows, and is told.
struct DaemonOutside {
  // The store is on a server, and lost: whoever runs the daemon stops it, and starts another one, which reads
  // all anew. Until then it answers whatever would write with an error. Any thread; once.
  std::function<void(const Error&)> on_store_lost;
  unsigned started_over = 0;  // how often that has been, since the process began
};

class Daemon final : public RunningNode {
 public:
  // Serves when it returns. Errors are one sentence for the operator; start_over.h says which pass with time.
  // `manager` is told what takes long, and gives the sockets for HTTP, if it has some.
  static Result<std::unique_ptr<Daemon>> start(const Config& config, ServiceManager& manager,
                                               const DaemonOutside& outside = {});
  ~Daemon() override;
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Until stop().
  std::uint16_t peer_port() const { return engine_->network().port(); }
  std::uint16_t http_port() const { return requests_->port(); }
  const DaemonLog& log() const override { return log_; }
  // What the service manager is told: daemon_service.cpp.
  std::vector<Watchdog::Watched> watched() override;
  std::string status_line() const override;
  void reload(const Config& config) override;
  void stop() override;

 private:
  Daemon(Config config, DaemonOutside outside);
  Status prepare(ServiceManager& manager);
  void tell_start(const ServiceManager& manager, std::string_view what, std::chrono::seconds at_most) const;
  Result<std::unique_ptr<Store>> open_folder_and_store(const ServiceManager& manager);
  void make_key_changes();
  Status settle_named_keys(Store& store);
  Status settle_node_key(Store& store, const NodeKey& named);
  Status begin_epoch(Store& store, StoreState& state);
  Status make_requests(const std::vector<GivenSocket>& given);
  Status start_arrivals(const StoreState& state);
  Status start_hold_queue();
  Status start_alarms();
  void make_witness();
  Status may_witness(std::optional<UnixMillis> made_at) const;
  Status start_requests();
  Result<std::unique_ptr<Site>> make_site(const ApiOptions& options, boost::asio::io_context& io);
  KeyChanging key_changing();
  Status write_ready_file() const;
  void on_standing(const StandingView& view);
  void on_signing();
  Status set_aside();
  void sign_what_waited();
  void renew_cosigner();

  Config config_;
  DaemonOutside outside_;
  DaemonLog log_;
  std::optional<FolderInUse> folder_;
  std::optional<NodeClock> clock_;
  NodeIdentity identity_;
  std::optional<SigningMark> mark_;  // of a city's log

  // Used on the writer's thread until the engine's threads have stopped.
  struct Keys {
    std::optional<OwnKeys> own;  // of a city, as are the changes of those that its log names
    KeyChangeGuard guard;
    std::unique_ptr<SigningKeyChange> signing;
    std::unique_ptr<RecoveryWordsChange> words;
    std::unique_ptr<NamedKeyChanges> named;
    std::unique_ptr<CosignerRenewal> renewal;
  };
  Keys keys_;
  // In the order in which they are made; stop() takes them away in reverse.
  std::unique_ptr<EngineThreads> engine_;
  std::unique_ptr<RequestThreads> requests_;
  std::unique_ptr<ArrivalThreads> arrivals_;
  struct Witnesses {
    std::unique_ptr<Witnessing> of_ours;        // that cosign our log
    std::unique_ptr<WitnessKeeper> for_others;  // made before the network's thread, which tells it of signing
  };
  Witnesses witnesses_;
  struct Held {
    std::mutex mutex;  // while the queue is made: the network's thread tells it where signing stands
    std::unique_ptr<HoldQueue> queue;
  };
  Held held_;
  std::unique_ptr<AlarmWatch> alarms_;

  enum class Phase : unsigned char { kStarts, kServes, kStopped };
  Phase phase_ = Phase::kStarts;
};

}  // namespace koinon
