// A seeded random generator, the same on every machine: SplitMix64 (Steele, Lea, Flood 2014).
#pragma once

#include <cmath>
#include <cstdint>

#include "proto/base/types.h"

namespace koinon::sim {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // From 0 to n - 1. Requires n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  // From 0 to 1; never 1 itself.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool hit(double probability) { return probability > 0 && unit() < probability; }
  double exponential(double mean) { return -mean * std::log1p(-unit()); }
  MonoTime between(MonoTime low, MonoTime high) {
    return low + MonoTime(static_cast<std::int64_t>(unit() * static_cast<double>((high - low).count())));
  }
  MonoTime exponential(MonoTime mean) {
    return MonoTime(static_cast<std::int64_t>(exponential(static_cast<double>(mean.count()))));
  }
  Bytes bytes(std::size_t count) {
    Bytes out;
    while (out.size() < count) {
      const std::uint64_t value = next();
      for (int i = 0; i < 8 && out.size() < count; ++i) out += static_cast<char>(value >> (8 * i));
    }
    return out;
  }
  // A generator of its own, so that the draws of one part do not change those of another.
  Chance fork() { return Chance(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace koinon::sim
