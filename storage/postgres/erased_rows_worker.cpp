#include "storage/postgres/erased_rows_worker.h"

#include <utility>

#include "proto/base/thread_name.h"

namespace koinon::postgres {
namespace {

constexpr std::chrono::hours kRound{6};

}  // namespace

ErasedRowsWorker::ErasedRowsWorker(PostgresPlace place, std::chrono::milliseconds every,
                                   std::chrono::milliseconds pause)
    : place_(std::move(place)), every_(every), pause_(pause), thread_([this] { run(); }) {}

ErasedRowsWorker::~ErasedRowsWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (running_ != nullptr) running_->interrupt();
  }
  wake_.notify_one();
  thread_.join();
}

void ErasedRowsWorker::ask() {
  const std::lock_guard lock(mutex_);
  state_ = State::kAsked;
  wake_.notify_one();
}

bool ErasedRowsWorker::fold() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::kDone) {
    state_ = State::kIdle;
    return true;
  }
  if (state_ == State::kIdle) {
    state_ = State::kAsked;
    wake_.notify_one();
  }
  return false;
}

void ErasedRowsWorker::run() {
  name_this_thread("erased rows");
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause_, [this] { return stopping_ || state_ == State::kAsked; });
      if (stopping_) return;
      if (state_ == State::kAsked) state_ = State::kInRound;
    }
    const bool all = round();
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    // What is left waits for the next who asks. Whoever asked meanwhile gets another round.
    if (state_ == State::kInRound) state_ = all ? State::kDone : State::kIdle;
  }
}

// If it fails, the next one comes.
bool ErasedRowsWorker::round() {
  ConnectionOptions options;
  options.schema = "koinon_store";
  options.name = "koinon writer: erased rows";
  options.to_primary = true;
  options.comes_back = false;
  options.deadline = kRound;
  auto opened = Connection::open(place_, options);
  if (!opened.ok()) return false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    running_ = opened->get();
  }
  const auto all = ErasedRows(**opened, every_).fold();
  const std::lock_guard lock(mutex_);
  running_ = nullptr;
  return all.ok() && *all;
}

}  // namespace koinon::postgres
