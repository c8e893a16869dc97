// How often somebody may guess a secret: passwords, tokens, one-time codes. Shared by all threads that check
// one.
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

  // A try at a secret by this caller; without an account, at one that names its own. kTooMany: not now.
  Status may_try(const std::string& account, const std::string& address);
  void tried(const std::string& account, const std::string& address, bool right);

 private:
  void remember(const std::string& pair, MonoTime now);

  std::function<MonoTime()> clock_;
  std::mutex mutex_;
  Throttle pairs_{limits::kLoginsAtOnce, limits::kLoginsPerSecond, limits::kThrottled};
  Throttle visitors_{limits::kLoginsAtOnce * 4, limits::kLoginsPerSecond * 4, limits::kThrottled};
  Throttle anywhere_{limits::kLoginsAtOnce * 10, limits::kLoginsPerSecond * 10, limits::kThrottled};
  // Accounts with the visitors as which they logged in, and when last: what strangers guess takes nothing
  // from them.
  std::map<std::string, MonoTime> known_;
  std::set<std::pair<MonoTime, std::string>> by_time_;  // the same, the oldest first
};

}  // namespace koinon
