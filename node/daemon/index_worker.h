// The thread that writes the derived index behind the arrivals.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "node/daemon/index_pace.h"
#include "proto/base/trouble.h"
#include "storage/search/search_index.h"

namespace koinon {

class IndexWorker {
 public:
  // `on_progress` is called on the worker's thread once it has begun, and whenever something new is indexed;
  // `on_error` once when it cannot go on, and each time when it cannot clean. It tries again by itself.
  // `has_room` is asked on the worker's thread before anything is written; what the index would take then
  // waits. None: there is always room. With a `pace` it rests between batches while a log catches up.
  IndexWorker(std::unique_ptr<IndexWriter> index, std::unique_ptr<StoreReader> store,
              std::function<UnixMillis()> wall, std::function<void()> on_progress,
              std::function<void(const Error&)> on_error, std::function<bool()> has_room = nullptr,
              std::optional<IndexPace> pace = std::nullopt);
  ~IndexWorker();
  IndexWorker(const IndexWorker&) = delete;
  IndexWorker& operator=(const IndexWorker&) = delete;

  // Any thread: there are new arrivals.
  void notify();
  // Any thread: empties the index, calls `done` on the worker's thread, and fills it again.
  void reset(std::function<void(Status)> done);
  // Any thread. Whether the thread still turns: called on it, also in the middle of long work. Not called
  // where it ends first.
  void ask(std::function<void()> answer);
  // Any thread: why it does not go on.
  std::optional<Trouble> trouble() const { return trouble_.get(); }
  void stop();

 private:
  using Steady = std::chrono::steady_clock;
  // What the thread does without being woken.
  struct Due {
    std::optional<Steady::time_point> retry;  // something failed
    Steady::time_point clean{};               // not before
    bool unfolded = false;                    // erased text stays in the index's write-ahead log
    std::optional<IndexPace> pace;            // none: it never rests between batches
  };
  void run();
  bool stopping();
  void wait(std::unique_lock<std::mutex>& lock);
  void answer_all(std::unique_lock<std::mutex>& lock);
  std::uint64_t batch();
  void rest(Steady::time_point began);
  void clean();
  Status check_room();

  std::unique_ptr<IndexWriter> index_;
  std::unique_ptr<StoreReader> store_;
  std::function<UnixMillis()> wall_;
  std::function<void()> on_progress_;
  std::function<void(const Error&)> on_error_;
  std::function<bool()> has_room_;
  Troubled trouble_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // What the mutex guards.
  bool pending_ = true;  // what was left from before
  bool stopping_ = false;
  std::vector<std::function<void(Status)>> resets_;  // who waits for the index to be emptied
  std::vector<std::function<void()>> questions_;     // whether the thread turns

  Due due_;  // the thread's
  std::thread thread_;
};

}  // namespace koinon
