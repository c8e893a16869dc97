// How often somebody may guess a secret: a password, a token or a one-time code. All threads that check
// secrets share it.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "node/access/throttle.h"
#include "proto/base/limits.h"
#include "proto/base/result.h"

namespace koinon {

class Guesses {
 public:
  explicit Guesses(std::function<MonoTime()> clock) : clock_(std::move(clock)) {}

  // Whether this address may try a secret now. `account` is empty if the secret itself names the account.
  // kTooMany: not now.
  Status may_try(const std::string& account, const std::string& address);
  void tried(const std::string& account, const std::string& address, bool right);
  // A token that is none was sent from this address. kTooMany: too many were. They count by themselves: a
  // program that still sends a token which has ended keeps nobody behind the same address from logging in.
  Status wrong_token(const std::string& address);

 private:
  void remember(const std::string& pair, MonoTime now);

  std::function<MonoTime()> clock_;
  std::mutex mutex_;
  Throttle pairs_{limits::kLoginsAtOnce, limits::kLoginsPerSecond, limits::kThrottled};
  Throttle visitors_{limits::kLoginsAtOnce * 4, limits::kLoginsPerSecond * 4, limits::kThrottled};
  Throttle tokens_{limits::kLoginsAtOnce * 4, limits::kLoginsPerSecond * 4,
                   limits::kThrottled};  // by visitor
  Throttle anywhere_{limits::kLoginsAtOnce * 10, limits::kLoginsPerSecond * 10, limits::kThrottled};
  // The visitors as which each account has logged in, and when last. Guesses of strangers do not count
  // against them.
  std::map<std::string, MonoTime> known_;
  std::set<std::pair<MonoTime, std::string>> by_time_;  // the same, the oldest first
};

}  // namespace koinon
