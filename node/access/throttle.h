// How often one name or address may do something: a token bucket each, of a bounded number of them.
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
  // So much at once, and so much a second afterwards; at most `names` are remembered, the least used go
  // first. `per_second` is above 0. No call costs more than looking up a name.
  Throttle(double at_once, double per_second, std::size_t names)
      : at_once_(at_once), per_second_(per_second), names_(names) {}

  // Takes as much as something cost, even where there is less: what is lacking is waited for.
  void charge(const std::string& name, double cost, MonoTime now);
  // Takes one, if there is one.
  bool take(const std::string& name, MonoTime now);
  // Whether there is one.
  bool open(const std::string& name, MonoTime now) const { return left(name, now) >= 1; }
  // Gives back all.
  void forgive(const std::string& name);

 private:
  struct Bucket {
    double left = 0;
    MonoTime at{};
    MonoTime full_at{};  // if nothing more is taken
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
