#include "node/daemon/index_worker.h"

#include <algorithm>
#include <utility>

#include "proto/base/limits.h"
#include "proto/base/thread_name.h"

namespace koinon {
namespace {
constexpr std::chrono::seconds kAgain{1};
constexpr std::chrono::seconds kCleanEvery{5};  // words of what was taken away, at the soonest
}  // namespace

IndexWorker::IndexWorker(std::unique_ptr<IndexWriter> index, std::unique_ptr<StoreReader> store,
                         std::function<UnixMillis()> wall, std::function<void()> on_progress,
                         std::function<void(const Error&)> on_error, std::function<bool()> has_room,
                         std::optional<IndexPace> pace)
    : index_(std::move(index)),
      store_(std::move(store)),
      wall_(std::move(wall)),
      on_progress_(std::move(on_progress)),
      on_error_(std::move(on_error)),
      has_room_(std::move(has_room)),
      due_{.retry = {}, .pace = pace},
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

void IndexWorker::ask(std::function<void()> answer) {
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back(std::move(answer));
  }
  wake_.notify_one();
}

void IndexWorker::answer_all(std::unique_lock<std::mutex>& lock) {
  const auto questions = std::exchange(questions_, {});
  lock.unlock();
  for (const auto& answer : questions) answer();
  lock.lock();
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

bool IndexWorker::stopping() {
  std::unique_lock lock(mutex_);
  answer_all(lock);
  return stopping_;
}

// Until there is something to do: what is new, what failed, words of what was taken away.
void IndexWorker::wait(std::unique_lock<std::mutex>& lock) {
  const auto woken = [this] { return stopping_ || pending_; };
  std::optional<Steady::time_point> until = due_.retry;
  const auto sooner = [&](Steady::time_point at) { until = until ? std::min(*until, at) : at; };
  // What cannot be written cannot be cleaned either.
  if (!due_.retry && index_->is_unclean()) sooner(due_.clean);
  if (due_.unfolded) sooner(Steady::now() + kAgain);
  // Who asks whether the thread turns wakes it for nothing else.
  const auto called = [&] { return woken() || !questions_.empty(); };
  do {
    if (!until) {
      wake_.wait(lock, called);
    } else if (!wake_.wait_until(lock, *until, called)) {
      return;
    }
    answer_all(lock);
  } while (!woken());
}

// Who stops it or empties the index does not wait for it.
void IndexWorker::rest(Steady::time_point began) {
  if (!due_.pace) return;
  const auto newest = store_->newest_arrival();
  if (!newest.ok()) return;  // the next batch says why
  const auto now = Steady::now();
  const auto until = now + due_.pace->rest(*newest, now, now - began);
  const auto ended = [this] { return stopping_ || !resets_.empty(); };
  std::unique_lock lock(mutex_);
  while (!ended() && wake_.wait_until(lock, until, [&] { return ended() || !questions_.empty(); }))
    answer_all(lock);
}

std::uint64_t IndexWorker::batch() {
  if (!due_.pace) return kIndexBatch;
  const auto newest = store_->newest_arrival();
  return newest.ok() ? due_.pace->batch(*newest, Steady::now(), kIndexBatch) : kIndexBatch;
}

Status IndexWorker::check_room() {
  if (!has_room_ || has_room_()) return {};
  return kept_for_own("index");
}

void IndexWorker::run() {
  name_this_thread("index");
  bool begun = false;
  while (true) {
    std::vector<std::function<void(Status)>> resets;
    {
      std::unique_lock lock(mutex_);
      wait(lock);
      if (stopping_) return;
      pending_ = false;
      resets = std::exchange(resets_, {});
    }
    due_.retry.reset();
    const auto began = Steady::now();
    const Status room = check_room();
    if (!resets.empty()) {
      const Status emptied = room.ok() ? index_->reset() : room;  // one that cannot be filled again stays
      for (const auto& done : resets) done(emptied);
    }
    const auto done = room.ok() ? index_->catch_up(*store_, batch()) : Result<std::size_t>(room.error());
    if (!done.ok()) {
      if (trouble_.set(done.error(), wall_())) on_error_(done.error());
      due_.retry = Steady::now() + limits::kStoreRetry;
      continue;
    }
    trouble_.clear();
    if (*done > 0 || !std::exchange(begun, true)) on_progress_();
    if (*done > 0) {
      notify();  // there may be more, and somebody may want to stop in between
    } else if (index_->is_unclean() && Steady::now() >= due_.clean) {
      clean();
    }
    due_.unfolded = !index_->fold();
    if (*done > 0) rest(began);
  }
}

// Never for more than a hundredth of the time: a city that takes back a note a second must not keep this
// thread and the disk at it.
void IndexWorker::clean() {
  const auto began = Steady::now();
  bool more = true;
  while (more && !stopping()) {
    const auto step = index_->clean();
    if (!step.ok()) on_error_(step.error());
    more = step.ok() && *step;
  }
  const auto ended = Steady::now();
  due_.clean = ended + std::max<Steady::duration>(kCleanEvery, 99 * (ended - began));
}

}  // namespace koinon
