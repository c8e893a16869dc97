// Whether all threads that matter still turn. Each is asked again and again, by work that is posted to it; a
// thread that hangs never gets to it. Only while all have answered lately is the service manager told that
// the service is well, so that it ends and restarts one in which a thread hangs.
//
// WatchdogRule decides, without clock and threads. Watchdog is the thread that asks.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

class WatchdogRule {
 public:
  // `limit`: after so long without a word the manager ends the service. `threads`: how many are watched.
  WatchdogRule(MonoTime limit, std::size_t threads) : limit_(limit), threads_(threads) {}

  // From one turn to the next: four in the limit, and one a minute at least.
  MonoTime pause() const;

  // Threads are named by their numbers.
  struct Turn {
    std::vector<std::size_t> ask;     // to be asked now; who has not answered yet is not asked again
    bool well = false;                // all have answered within half the limit: tell the manager
    std::vector<std::size_t> silent;  // have just been found not to answer for half the limit
    std::vector<std::size_t> back;    // answer again
  };
  Turn turn(MonoTime now);
  void answered(std::size_t thread, MonoTime now);
  // Threads that do not answer.
  std::vector<std::size_t> silent() const;

 private:
  struct Thread {
    std::optional<MonoTime> asked;     // and has not answered yet
    std::optional<MonoTime> answered;  // last
    bool silent = false;
  };
  MonoTime limit_;
  std::vector<Thread> threads_;
  std::optional<MonoTime> last_turn_;
};

class Watchdog {
 public:
  using Done = std::function<void()>;
  struct Watched {
    std::string name;
    // Has this called on the thread. Any thread; it does not wait.
    std::function<void(Done)> ask;
  };
  struct Parts {
    MonoTime limit;
    std::vector<Watched> threads;
    std::function<MonoTime()> clock;
    // On the watchdog's thread.
    std::function<void()> on_well;
    std::function<void(const std::string& thread)> on_silent;  // it does not answer
    std::function<void(const std::string& thread)> on_back;    // it does again
    // Each turn, after what has just been told: those that do not answer.
    std::function<void(const std::vector<std::string>& silent)> on_turn;
  };

  explicit Watchdog(Parts parts);
  ~Watchdog() { stop(); }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Joins the thread. Nobody is asked any more; an answer that comes later does nothing. The threads that are
  // watched run until this has returned.
  void stop();

 private:
  // What answers reach, even after the watchdog is gone.
  struct Shared {
    Shared(MonoTime limit, std::size_t threads) : rule(limit, threads) {}
    std::mutex mutex;
    WatchdogRule rule;  // the mutex guards it
  };
  void run();
  void turn();
  std::vector<std::string> names_of(const std::vector<std::size_t>& threads) const;

  Parts parts_;
  std::shared_ptr<Shared> shared_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // mutex_ guards it
  std::thread thread_;
};

}  // namespace koinon
