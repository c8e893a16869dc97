#include "node/access/guesses.h"

#include "node/text/networks.h"

namespace koinon {
namespace {

Error too_many_tries() {
  return fail(Code::kTooMany,
              Sentence{"login.too_many_tries", "too many wrong tries; try again in some minutes"},
              "password");
}

}  // namespace

// Few guesses at one account are allowed from one visitor, and more from everywhere together. So nobody can
// lock the owner out from a single place.
Status Guesses::may_try(const std::string& account, const std::string& address) {
  const std::lock_guard lock(mutex_);
  const MonoTime now = clock_();
  const std::string visitor = visitor_of(address);
  const std::string pair = account + " " + visitor;
  const bool known = !account.empty() && known_.contains(pair);
  const bool open = known ? pairs_.open(pair, now)
                          : visitors_.open(visitor, now) &&
                                (account.empty() || (pairs_.open(pair, now) && anywhere_.open(account, now)));
  return open ? Status() : Status(too_many_tries());
}

Status Guesses::wrong_token(const std::string& address) {
  const std::lock_guard lock(mutex_);
  return tokens_.take(visitor_of(address), clock_()) ? Status() : Status(too_many_tries());
}

void Guesses::tried(const std::string& account, const std::string& address, bool right) {
  const std::lock_guard lock(mutex_);
  const MonoTime now = clock_();
  const std::string visitor = visitor_of(address);
  const std::string pair = account + " " + visitor;
  if (right) {
    if (account.empty()) return;
    pairs_.forgive(pair);
    remember(pair, now);
    return;
  }
  if (!account.empty()) {
    (void)pairs_.take(pair, now);
    if (known_.contains(pair)) return;
    (void)anywhere_.take(account, now);
  }
  (void)visitors_.take(visitor, now);
}

void Guesses::remember(const std::string& pair, MonoTime now) {
  if (const auto it = known_.find(pair); it != known_.end()) {
    by_time_.erase({it->second, pair});
    known_.erase(it);
  }
  while (known_.size() >= limits::kThrottled) {
    known_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
  known_.emplace(pair, now);
  by_time_.emplace(now, pair);
}

}  // namespace koinon
