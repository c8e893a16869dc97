#include "node/access/throttle.h"

#include <algorithm>
#include <utility>

namespace koinon {
namespace {
constexpr double kLongestWait = 1e6;  // seconds
}

bool Throttle::take(const std::string& name, MonoTime now) {
  if (!open(name, now)) return false;
  charge(name, 1, now);
  return true;
}

double Throttle::left(const std::string& name, MonoTime now) const {
  const auto it = buckets_.find(name);
  if (it == buckets_.end()) return at_once_;
  const double seconds = std::chrono::duration<double>(now - it->second.at).count();
  return std::min(at_once_, it->second.left + seconds * per_second_);
}

void Throttle::charge(const std::string& name, double cost, MonoTime now) {
  Bucket bucket{left(name, now) - cost, now, now};
  forgive(name);
  make_room(now);
  const std::chrono::duration<double> lacks(std::min((at_once_ - bucket.left) / per_second_, kLongestWait));
  bucket.full_at = now + std::chrono::duration_cast<MonoTime>(lacks);
  by_full_.emplace(bucket.full_at, name);
  buckets_.emplace(name, bucket);
}

void Throttle::forgive(const std::string& name) {
  const auto it = buckets_.find(name);
  if (it == buckets_.end()) return;
  by_full_.erase({it->second.full_at, name});
  buckets_.erase(it);
}

// A name whose bucket is full again loses nothing if it is forgotten. The name whose bucket will be full
// first loses least.
void Throttle::make_room(MonoTime now) {
  while (!by_full_.empty() && (by_full_.begin()->first <= now || buckets_.size() >= names_)) {
    buckets_.erase(by_full_.begin()->second);
    by_full_.erase(by_full_.begin());
  }
}

}  // namespace koinon
