// Which practice's story the first page tells to visitors, as the operator has it.
#pragma once

#include <mutex>
#include <string>

namespace koinon {

// Any thread.
class StoryChoice {
 public:
  static constexpr std::string_view kNone = "none";  // the first page tells no story

  // A ref; empty: the practice of which most cities have said how it went.
  void set(std::string choice) {
    const std::lock_guard lock(mutex_);
    choice_ = std::move(choice);
  }
  std::string get() const {
    const std::lock_guard lock(mutex_);
    return choice_;
  }

 private:
  mutable std::mutex mutex_;
  std::string choice_;
};

}  // namespace koinon
