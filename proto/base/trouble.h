// What is wrong with a part of the daemon. The thread that fails sets it, the thread that succeeds clears it,
// and any thread may read it.
#pragma once

#include <mutex>
#include <optional>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct Trouble {
  Error error;
  UnixMillis since;
};

class Troubled {
 public:
  // Returns whether all was well before.
  bool set(const Error& error, UnixMillis now) {
    const std::lock_guard lock(mutex_);
    const bool began = !trouble_;
    trouble_ = Trouble{error, began ? now : trouble_->since};
    return began;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    trouble_.reset();
  }
  std::optional<Trouble> get() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Trouble> trouble_;
};

}  // namespace koinon
