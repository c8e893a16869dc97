// The threads that follow what arrives in the store: the index's reads it and fills the search index, and the
// courier sends it to those who asked for it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "node/daemon/config.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/folder_in_use.h"
#include "node/daemon/identity.h"
#include "node/daemon/index_thread.h"
#include "node/delivery/courier.h"
#include "proto/base/clock.h"

namespace koinon {

class ArrivalThreads {
 public:
  struct Parts {
    const Config& config;
    const DaemonLog& log;
    const FolderInUse& folder;
    const NodeIdentity& identity;
    Clock clock;
    // The index has begun, or has something new. The index's thread, before the courier is woken.
    std::function<void()> on_indexed;
  };
  // What `parts` refers to outlives this. Nothing runs yet.
  explicit ArrivalThreads(Parts parts);
  ~ArrivalThreads() { stop(); }
  ArrivalThreads(const ArrivalThreads&) = delete;
  ArrivalThreads& operator=(const ArrivalThreads&) = delete;

  // Once: opens the index, or makes it anew where it does not fit these epochs of the store; starts its
  // thread.
  Status start_index(const std::vector<EpochRange>& epochs) { return index_.start(epochs); }
  // Once, after the index. `nearness` outlives this, and knows who has which name: what is sent names cities.
  Status start_courier(const Nearness& nearness);
  // Joins the index's thread, then the courier's. Whoever waits for an empty index is told that it is over.
  void stop();

  // Of all who search in this index.
  const std::shared_ptr<SharedColumns>& columns() const { return index_.columns(); }

  // Any thread, from start_index() on.
  void notify() { index_.notify(); }  // there are new arrivals
  // Empties the index, calls `done` on its thread, and fills it again.
  void reset_index(std::function<void(Status)> done) {
    index_.reset([this, done = std::move(done)](Status status) {
      parts_.on_indexed();
      done(std::move(status));
    });
  }
  // Whether the index's thread still turns; see IndexWorker::ask.
  void ask_index(std::function<void()> answer) { index_.ask(std::move(answer)); }
  std::optional<Trouble> index_trouble() const { return index_.trouble(); }
  // Any thread, from start_courier() on.
  void wake_courier() { courier_->notify(); }  // there is something to send, or a new place to send it to
  void try_mail(const std::string& recipient, MailTrial::Done done) {
    courier_->try_mail(recipient, std::move(done));
  }
  std::optional<Trouble> courier_trouble() const { return courier_->trouble(); }

 private:
  void on_progress();

  Parts parts_;
  IndexThread index_;
  std::unique_ptr<Courier> courier_;
  std::atomic<Courier*> courier_running_ = nullptr;  // for the index's thread, which is there before it
};

}  // namespace koinon
