#include "node/daemon/watchdog.h"

#include <algorithm>
#include <utility>

#include "proto/base/thread_name.h"

namespace koinon {
namespace {
constexpr MonoTime kLongestPause = std::chrono::minutes(1);
}  // namespace

MonoTime WatchdogRule::pause() const { return std::min(limit_ / 4, kLongestPause); }

WatchdogRule::Turn WatchdogRule::turn(MonoTime now) {
  Turn out;
  const MonoTime half = limit_ / 2;
  // The whole process stood still, not one thread: who was asked before that is given its time anew.
  const bool stood_still = last_turn_ && now - *last_turn_ > half;
  last_turn_ = now;
  out.well = true;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    Thread& thread = threads_[i];
    if (thread.asked && stood_still) thread.asked = now;
    const bool silent = thread.asked && now - *thread.asked > half;
    if (silent != thread.silent) (silent ? out.silent : out.back).push_back(i);
    thread.silent = silent;
    out.well = out.well && !silent && thread.answered && now - *thread.answered <= half;
    if (thread.asked) continue;
    thread.asked = now;
    out.ask.push_back(i);
  }
  return out;
}

void WatchdogRule::answered(std::size_t thread, MonoTime now) {
  threads_[thread].asked.reset();
  threads_[thread].answered = now;
}

std::vector<std::size_t> WatchdogRule::silent() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i].silent) out.push_back(i);
  }
  return out;
}

Watchdog::Watchdog(Parts parts)
    : parts_(std::move(parts)),
      shared_(std::make_shared<Shared>(parts_.limit, parts_.threads.size())),
      thread_([this] { run(); }) {}

void Watchdog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::run() {
  name_this_thread("watchdog");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    turn();
    lock.lock();
    wake_.wait_for(lock, WatchdogRule(parts_.limit, 0).pause(), [this] { return stopping_; });
  }
}

void Watchdog::turn() {
  WatchdogRule::Turn now;
  std::vector<std::size_t> silent;
  {
    const std::lock_guard lock(shared_->mutex);
    now = shared_->rule.turn(parts_.clock());
    silent = shared_->rule.silent();
  }
  for (const std::size_t i : now.ask) {
    parts_.threads[i].ask([shared = shared_, clock = parts_.clock, i] {
      const std::lock_guard lock(shared->mutex);
      shared->rule.answered(i, clock());
    });
  }
  for (const std::string& name : names_of(now.silent)) parts_.on_silent(name);
  for (const std::string& name : names_of(now.back)) parts_.on_back(name);
  if (now.well) parts_.on_well();
  parts_.on_turn(names_of(silent));
}

std::vector<std::string> Watchdog::names_of(const std::vector<std::size_t>& threads) const {
  std::vector<std::string> out;
  out.reserve(threads.size());
  for (const std::size_t i : threads) out.push_back(parts_.threads[i].name);
  return out;
}

}  // namespace koinon
