// The keys of a node that runs are changed one after another, whichever they are: two changes at once would
// each open the keys that the other is about to replace.
//
// Any thread.
#pragma once

#include <atomic>

#include "proto/base/result.h"

namespace koinon {

class KeyChangeGuard {
 public:
  // kConflict: another change is under way. Whoever was let in says when it has ended.
  Status begin();
  void end() { under_way_ = false; }

 private:
  std::atomic<bool> under_way_ = false;
};

}  // namespace koinon
