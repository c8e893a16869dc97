#include "node/daemon/start_over.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/daemon/daemon.h"
#include "node/daemon/reader_daemon.h"
#include "node/replication/store_loss.h"

namespace koinon {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kMostBetweenTries{5000};
// The manager may take the start for failed when nothing was heard for so long: each try says that it goes
// on.
constexpr std::chrono::minutes kNextTry{10};
// For answers to leave: that they must look before they repeat it, or may try again.
constexpr std::chrono::milliseconds kAnswersLeave{300};
// As long as the longest step of a start may take.
constexpr std::chrono::hours kLongestStart{2};

Result<std::unique_ptr<RunningNode>> start_node(const Config& config, ServiceManager& manager,
                                                const DaemonOutside& outside) {
  if (config.reader) {
    KOINON_ASSIGN(std::unique_ptr<RunningNode> reader, ReaderDaemon::start(config, manager));
    return reader;
  }
  KOINON_ASSIGN(std::unique_ptr<RunningNode> daemon, Daemon::start(config, manager, outside));
  return daemon;
}

}  // namespace

bool passes_with_the_server(const Config& config, const Error& error) {
  return !config.store_url.empty() && (error.code == Code::kUnavailable || is_store_lost(error));
}

std::chrono::milliseconds StartPauses::next() {
  const auto now = next_;
  next_ = std::min(next_ * 2, kMostBetweenTries);
  return now;
}

AliveMeanwhile::AliveMeanwhile(const ServiceManager& manager) : manager_(manager) {
  if (const auto limit = manager.watchdog()) thread_ = std::thread([this, limit] { run(*limit / 4); });
}

AliveMeanwhile::~AliveMeanwhile() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void AliveMeanwhile::run(std::chrono::microseconds pause) {
  const auto until = steady_clock::now() + kLongestStart;
  std::unique_lock lock(mutex_);
  do {
    (void)manager_.alive();
  } while (!wake_.wait_for(lock, pause, [this] { return ends_; }) && steady_clock::now() < until);
}

Result<std::unique_ptr<RunningNode>> Starter::start(const Config& config,
                                                    std::function<void(const Error&)> on_store_lost) {
  const DaemonOutside outside{std::move(on_store_lost), started_over_};
  StartPauses pauses;
  std::optional<AliveMeanwhile> alive;
  while (!io_.stopped()) {
    alive.emplace(manager_);
    auto node = start_node(config, manager_, outside);
    if (node.ok()) {
      if (std::exchange(away_, false))
        log_.info(log_event::kStoreBack, "the store is there, and this node serves");
      told_.clear();
      return node;
    }
    if (!passes_with_the_server(config, node.error())) return node;
    tell_waiting(node.error());
    io_.run_for(pauses.next());
  }
  return std::unique_ptr<RunningNode>();
}

// A reason is told once, however long it lasts: another process may have the lease for months.
void Starter::tell_waiting(const Error& why) {
  if (const Status told = manager_.starting("Waits for its store: " + why.text(), kNextTry); !told.ok())
    log_.warning(log_event::kManagerUntold, "the start goes on untold", {{"reason", told.error().text()}});
  away_ = true;
  if (std::exchange(told_, why.text()) != why.text())
    log_.warning(log_event::kStoreWaits, "this node waits for its store", {{"reason", why.text()}});
}

bool Starter::end(RunningNode& node, const Error& why) {
  log_.error(log_event::kStoreLost, "the store is lost; this node stops its parts and starts over",
             {{"reason", why.text()}});
  away_ = true;
  const AliveMeanwhile alive(manager_);
  if (const Status told = manager_.starting("Lost its store, and starts over", kNextTry); !told.ok())
    log_.warning(log_event::kManagerUntold, "the start goes on untold", {{"reason", told.error().text()}});
  io_.run_for(kAnswersLeave);
  node.stop();
  ++started_over_;
  return !io_.stopped();
}

}  // namespace koinon
