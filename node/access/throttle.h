// How often one name or address may do something. Each has a token bucket. The number of buckets is bounded.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "proto/base/types.h"

namespace koinon {

class Throttle {
 public:
  // Each name may do `at_once` at once, then `per_second` a second (above 0). At most `names` are remembered;
  // the least used go first. No call costs more than the look-up of a name.
  Throttle(double at_once, double per_second, std::size_t names)
      : at_once_(at_once), per_second_(per_second), names_(names) {}

  // Takes the cost of something, even if the bucket has less. Then the name must wait until it is refilled.
  void charge(const std::string& name, double cost, MonoTime now);
  // Takes one token. False: there is none.
  bool take(const std::string& name, MonoTime now);
  // Whether there is a token.
  bool open(const std::string& name, MonoTime now) const { return left(name, now) >= 1; }
  // Fills the bucket.
  void forgive(const std::string& name);

 private:
  struct Bucket {
    double left = 0;
    MonoTime at{};
    MonoTime full_at{};  // when the bucket will be full, if nothing more is taken
  };
  double left(const std::string& name, MonoTime now) const;
  void make_room(MonoTime now);

  double at_once_;
  double per_second_;
  std::size_t names_;
  std::map<std::string, Bucket> buckets_;
  std::set<std::pair<MonoTime, std::string>> by_full_;  // the same, by full_at
};

}  // namespace koinon
