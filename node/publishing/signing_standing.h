// Whether this node may sign, as the engine said last, for all threads: the writer asks before it signs; API,
// pages and alarms show it. The engine decides (node/engine/standing.h).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/engine/engine_types.h"
#include "node/replication/signing_wait.h"

namespace koinon {

// The engine's view, with names in place of keys.
struct SigningNow {
  StandingView view;
  std::vector<std::string> waits_for;
  std::string shown_by;
  std::vector<std::string> cannot_show;
};

// The API's words: signs, asks, behind, forked, twin, stopped.
std::string_view signing_state_text(SigningState state);
// Why nothing is signed now; kUnavailable, so that what waits to be signed waits on. Nothing: it signs.
std::optional<Error> why_not_signed(const SigningNow& now);

class SigningStanding {
 public:
  void set(SigningNow now) {
    const std::lock_guard lock(mutex_);
    now_ = std::move(now);
  }
  SigningNow now() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  std::optional<SigningWait> waits() const {
    const SigningNow now = this->now();
    auto why = why_not_signed(now);
    if (!why) return std::nullopt;
    return SigningWait{std::move(*why), now.view.fewer_after};
  }

  // Until the engine says more: all is asked anew.
  void ask_anew() {
    const std::lock_guard lock(mutex_);
    if (now_.view.state == SigningState::kSigns) now_.view.state = SigningState::kAsks;
  }

  // Whether our store may hold texts that our own log has taken back since: other cities have more of our log
  // than we do, and it is not back yet.
  bool may_lack_withdrawals() const {
    const std::lock_guard lock(mutex_);
    return now_.view.state == SigningState::kBehind;
  }

 private:
  mutable std::mutex mutex_;
  SigningNow now_;  // until the engine has said anything: it asks
};

}  // namespace koinon
