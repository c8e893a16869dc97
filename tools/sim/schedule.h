// Virtual time. Acts run in the order of their time; of equal times the one that was added first runs first.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "proto/base/types.h"

namespace koinon::sim {

class Schedule {
 public:
  using Action = std::function<void()>;

  MonoTime now() const { return now_; }
  std::uint64_t done() const { return done_; }

  void at(MonoTime time, Action action) {
    heap_.push_back({std::max(time, now_), next_++, std::move(action)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  void after(MonoTime delay, Action action) { at(now_ + delay, std::move(action)); }

  // Runs until nothing is left before `end`, or until `stop` returns true.
  template <typename Stop>
  void run_until(MonoTime end, Stop stop) {
    while (!heap_.empty() && heap_.front().at <= end && !stop()) {
      std::pop_heap(heap_.begin(), heap_.end(), later);
      Event event = std::move(heap_.back());
      heap_.pop_back();
      now_ = event.at;
      ++done_;
      event.action();
    }
    if (!stop()) now_ = std::max(now_, end);
  }

 private:
  struct Event {
    MonoTime at{};
    std::uint64_t order = 0;
    Action action;
  };
  static bool later(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

  std::vector<Event> heap_;
  MonoTime now_{};
  std::uint64_t next_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace koinon::sim
