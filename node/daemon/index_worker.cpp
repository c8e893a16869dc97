#include "node/daemon/index_worker.h"

#include <utility>

namespace koinon {

IndexWorker::IndexWorker(std::unique_ptr<IndexWriter> index, std::unique_ptr<StoreReader> store,
                         std::function<void()> on_progress, std::function<void(const Error&)> on_error)
    : index_(std::move(index)),
      store_(std::move(store)),
      on_progress_(std::move(on_progress)),
      on_error_(std::move(on_error)),
      thread_([this] { run(); }) {}

IndexWorker::~IndexWorker() { stop(); }

void IndexWorker::notify() {
  {
    const std::lock_guard lock(mutex_);
    pending_ = true;
  }
  wake_.notify_one();
}

void IndexWorker::reset(std::function<void(Status)> done) {
  {
    const std::lock_guard lock(mutex_);
    resets_.push_back(std::move(done));
    pending_ = true;
  }
  wake_.notify_one();
}

void IndexWorker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (const auto& done : std::exchange(resets_, {}))
    done(fail(Code::kUnavailable, "the node is shutting down", "index"));
}

void IndexWorker::run() {
  while (true) {
    std::vector<std::function<void(Status)>> resets;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || pending_; });
      if (stopping_) return;
      pending_ = false;
      resets = std::exchange(resets_, {});
    }
    if (!resets.empty()) {
      const Status emptied = index_->reset();
      for (const auto& done : resets) done(emptied);
    }
    const auto done = index_->catch_up(*store_);
    if (!done.ok()) {
      on_error_(done.error());
    } else if (*done > 0) {
      on_progress_();
      notify();  // there may be more, and somebody may want to stop in between
    }
  }
}

}  // namespace koinon
