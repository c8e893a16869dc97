// The search index of a data folder: the thread that fills it behind the arrivals of a store, and what all
// who search in it share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "node/daemon/daemon_log.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/index_worker.h"

namespace koinon {

class IndexThread {
 public:
  struct Parts {
    const DaemonLog& log;
    const DataFolder& folder;
    std::function<Result<std::unique_ptr<StoreReader>>()> open_store;
    std::function<UnixMillis()> wall;
    std::uint64_t disk_reserve_bytes = 0;
    std::function<void()> on_progress;  // it has begun, or has something new; on its thread
    bool beside_replication = false;    // it leaves the cores to a log that catches up
  };
  // What `parts` refers to outlives this. Nothing runs yet.
  explicit IndexThread(Parts parts) : parts_(std::move(parts)) {}
  ~IndexThread() { stop(); }
  IndexThread(const IndexThread&) = delete;
  IndexThread& operator=(const IndexThread&) = delete;

  // Once: opens the index, or makes it anew where it does not fit these epochs of the store; starts its
  // thread.
  Status start(const std::vector<EpochRange>& epochs);
  // Joins the thread. Whoever waits for an empty index is told that it is over.
  void stop();

  // Of all who search in this index.
  const std::shared_ptr<SharedColumns>& columns() const { return columns_; }
  // Any thread. Whether what is derived from the store may grow.
  bool has_room() const;

  // Any thread, from start() on: as those of IndexWorker.
  void notify() { worker_->notify(); }
  void reset(std::function<void(Status)> done) { worker_->reset(std::move(done)); }
  void ask(std::function<void()> answer) { worker_->ask(std::move(answer)); }
  std::optional<Trouble> trouble() const { return worker_->trouble(); }

 private:
  void on_progress();

  Parts parts_;
  std::shared_ptr<SharedColumns> columns_ = make_shared_columns();
  std::unique_ptr<IndexReader> ahead_;  // the thread loads the columns by it
  std::unique_ptr<IndexWorker> worker_;
};

}  // namespace koinon
