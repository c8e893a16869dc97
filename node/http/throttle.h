// How often one name or address may do something: a token bucket each, of a bounded number of them.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "proto/base/types.h"

namespace koinon {

class Throttle {
 public:
  // So much at once, and so much a second afterwards; at most `names` are remembered, the least used go
  // first.
  Throttle(double at_once, double per_second, std::size_t names)
      : at_once_(at_once), per_second_(per_second), names_(names) {}

  // Takes as much as something cost, even where there is less: what is lacking is waited for.
  void charge(const std::string& name, double cost, MonoTime now) { refill(name, now).left -= cost; }
  // Takes one, if there is one.
  bool take(const std::string& name, MonoTime now);
  // Whether there is one.
  bool open(const std::string& name, MonoTime now);
  // Gives back all.
  void forgive(const std::string& name) { buckets_.erase(name); }

 private:
  struct Bucket {
    double left = 0;
    MonoTime at{};
  };
  Bucket& refill(const std::string& name, MonoTime now);
  void make_room(MonoTime now);

  double at_once_;
  double per_second_;
  std::size_t names_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace koinon
