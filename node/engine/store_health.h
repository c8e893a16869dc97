// Whether the store takes what it is given. While it does not, nothing is fetched; it is tried again after a
// while, later each time: each try brings what may have to be thrown away.
#pragma once

#include "node/engine/effects.h"

namespace koinon::engine {

class StoreHealth {
 public:
  explicit StoreHealth(Effects& effects) : effects_(effects) {}

  // A commit of the log failed. Emits kStoreFailed for the first since the last try.
  void note_failure(const LogId& log, const Error& error);
  // A run was stored: the next failure is waited for as briefly as the first.
  void note_success() { failures_ = 0; }
  bool has_failed() const { return failed_; }
  // When it is tried again; never, while it works.
  MonoTime retry_at() const { return failed_ ? retry_at_ : MonoTime::max(); }
  // True if the time to try again has come: from now on it counts as working.
  bool begin_try();

 private:
  Effects& effects_;
  bool failed_ = false;
  unsigned failures_ = 0;  // one after the other
  MonoTime retry_at_{};
};

}  // namespace koinon::engine
