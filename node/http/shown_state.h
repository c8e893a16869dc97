// A number that grows whenever something changes that readers are shown: a commit, an index that has gone on,
// a name. What was made of an earlier state is not given again (kept_answers.h). Any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace koinon {

class ShownState {
 public:
  // Before anybody is told of the change.
  void changed() { number_.fetch_add(1, std::memory_order_acq_rel); }
  std::uint64_t now() const { return number_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t> number_ = 0;
};

}  // namespace koinon
