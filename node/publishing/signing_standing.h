// Whether this node may sign, as the engine said last, for all threads: the writer asks before it signs; API,
// pages and alarms show it. The engine decides (node/engine/standing.h).
#pragma once

#include <cstdint>
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
  std::string shown_by;  // empty: nobody has shown how much there is, it is known from before
  std::vector<std::string> cannot_show;
};

// The API's words: signs, asks, behind, forked, twin, stopped.
std::string_view signing_state_text(SigningState state);
// Why nothing is signed now; kUnavailable, so that what waits to be signed waits on. Nothing: it signs.
std::optional<Error> why_not_signed(const SigningNow& now);

class SigningStanding {
 public:
  // What set() would make of it now.
  SigningNow as_it_counts(SigningNow now) const {
    const std::lock_guard lock(mutex_);
    return counted(std::move(now));
  }
  // What the engine says. Until the engine is told that all is to be asked anew (take_asked), its yes does
  // not count. Returns whether this node may sign.
  bool set(SigningNow now) {
    const std::lock_guard lock(mutex_);
    now_ = counted(std::move(now));
    return now_.view.state == SigningState::kSigns;
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

  // All is to be asked anew: nothing is signed until the engine has been told, and says more.
  void ask_anew() {
    const std::lock_guard lock(mutex_);
    ++asked_;
    if (now_.view.state == SigningState::kSigns) now_.view.state = SigningState::kAsks;
  }

  // The engine's thread: true if the engine is to be told so now, before any other input.
  bool take_asked() {
    const std::lock_guard lock(mutex_);
    if (told_ == asked_) return false;
    told_ = asked_;
    return true;
  }

  // Whether our store may hold texts that our own log has taken back since: other cities have more of our log
  // than we do, and it is not back yet.
  bool may_lack_withdrawals() const {
    const std::lock_guard lock(mutex_);
    return now_.view.pulls_back;
  }

 private:
  SigningNow counted(SigningNow now) const {
    if (told_ != asked_ && now.view.state == SigningState::kSigns) now.view.state = SigningState::kAsks;
    return now;
  }

  mutable std::mutex mutex_;
  SigningNow now_;           // until the engine has said anything: it asks
  std::uint64_t asked_ = 0;  // how often all was to be asked anew
  std::uint64_t told_ = 0;   // how many of these the engine was told of
};

}  // namespace koinon
