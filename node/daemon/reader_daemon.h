// koinond --reader: shows what another node, the writer, has put on a database server: pages, API, feeds,
// tiles and search. It changes and signs nothing, has no peers and no keys.
//
// It reads the store on any server, also on a standby, and has a search index of its own, which follows the
// arrivals. Accounts and sessions are in the office, which it asks and changes on the server that takes
// changes: who logs in at one reader is known at all, and at the writer. Where that server is away, what
// everybody may read goes on.
//
//   server's watch → index → reading threads ⇄ HTTP
//
// The order of start: the folder, the store, which must be there once; the server's watch, the index, the
// alarms, the reading threads and HTTP. The order of stop is the reverse.
#pragma once

#include <memory>
#include <optional>

#include "node/api/api.h"
#include "node/daemon/alarm_watch.h"
#include "node/daemon/index_thread.h"
#include "node/daemon/reader_folder.h"
#include "node/daemon/reader_network.h"
#include "node/daemon/request_threads.h"
#include "node/daemon/running_node.h"
#include "node/daemon/server_watch.h"
#include "node/daemon/service_manager.h"
#include "node/daemon/store_source.h"
#include "node/replication/refusing_writer.h"

namespace koinon {

class ReaderDaemon final : public RunningNode {
 public:
  // Serves when it returns. kUnavailable: the server is away. `manager` gives the sockets for HTTP, if it has
  // some.
  static Result<std::unique_ptr<ReaderDaemon>> start(const Config& config, ServiceManager& manager);
  ~ReaderDaemon() override;
  ReaderDaemon(const ReaderDaemon&) = delete;
  ReaderDaemon& operator=(const ReaderDaemon&) = delete;

  const DaemonLog& log() const override { return log_; }
  std::vector<Watchdog::Watched> watched() override;
  std::string status_line() const override;
  void reload(const Config& config) override;
  void stop() override;

 private:
  // Whose node it is that writes.
  struct Writer {
    std::string name;
    std::optional<LogIdentity> log;  // nothing: an observer
    KeyHistory keys;
    NodeKey node_key;
  };
  explicit ReaderDaemon(Config config);
  Status prepare(ServiceManager& manager);
  static Result<Writer> read_writer(StoreReader& store);
  Status start_watch(const StoreState& state);
  Status start_index(const StoreState& state);
  Status start_alarms();
  Status start_requests();
  Result<std::unique_ptr<Site>> make_site(const ApiOptions& options, boost::asio::io_context& io);
  NodeFacts facts(const ApiOptions& options) const;
  ReaderFacts reader_facts() const;
  std::optional<std::chrono::seconds> too_far_behind() const;
  std::vector<Alarm> alarms() const;

  Config config_;
  DaemonLog log_;
  Clock clock_;
  std::optional<ReaderFolder> folder_;
  struct Servers {
    std::optional<StoreSource> store;
    std::optional<StoreSource> office;
  };
  Servers servers_;
  Writer writer_of_;
  RefusingWriter writer_;
  SigningStanding signing_;  // nothing is signed here
  Nearness nearness_;        // the server's watch writes it
  // In the order in which they are made; stop() takes them away in reverse.
  std::unique_ptr<RequestThreads> requests_;
  std::unique_ptr<ServerWatch> watch_;
  std::unique_ptr<ReaderNetwork> network_;
  std::unique_ptr<IndexThread> index_;
  std::unique_ptr<AlarmWatch> alarms_;
  enum class Phase : unsigned char { kStarts, kServes, kStopped };
  Phase phase_ = Phase::kStarts;
};

}  // namespace koinon
