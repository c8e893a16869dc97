// Where the node has lost track of what its cosigner key signed (the setting kCosignerLost), it makes another
// one once it has been able to sign for limits::kRenewalWait, and has its log say so by a Keys entry. Until
// then it cosigns nothing.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "node/daemon/daemon_log.h"
#include "node/daemon/named_key_changes.h"
#include "node/replication/cosigner_loss.h"
#include "node/replication/store_writer.h"

namespace koinon {

class CosignerRenewal {
 public:
  struct Parts {
    StoreWriter& writer;
    NamedKeyChanges& changes;
    const DaemonLog& log_lines;
    std::function<MonoTime()> clock;
    // Runs something on a thread that may take a while.
    std::function<void(std::function<void()>)> slowly;
    // It may cosign again. The writer's thread.
    std::function<void()> on_renewed;
  };
  // What `parts` refers to outlives the writer's thread, as this does.
  explicit CosignerRenewal(Parts parts) : parts_(std::move(parts)) {}
  CosignerRenewal(const CosignerRenewal&) = delete;
  CosignerRenewal& operator=(const CosignerRenewal&) = delete;

  // Any thread; returns at once. Does nothing while the node may not sign, and for limits::kRenewalWait after
  // that: another node that runs with our keys shows itself first. Nor where no key is lost, and while it is
  // at work already. Whoever calls does so again and again: what failed is tried anew.
  void consider();

 private:
  bool is_calm();
  void on_standing(const Result<CosignerStanding>& found);
  void change();
  void clear();
  void end(const Status& done);

  Parts parts_;
  std::atomic<bool> under_way_ = false;
  std::mutex mutex_;
  std::string told_;               // why it failed last; guarded by mutex_
  std::optional<MonoTime> signs_;  // since when it may sign; guarded by mutex_
};

}  // namespace koinon
