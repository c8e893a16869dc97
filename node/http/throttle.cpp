#include "node/http/throttle.h"

#include <algorithm>

namespace koinon {

bool Throttle::take(const std::string& name, MonoTime now) {
  Bucket& bucket = refill(name, now);
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

bool Throttle::open(const std::string& name, MonoTime now) { return refill(name, now).left >= 1; }

Throttle::Bucket& Throttle::refill(const std::string& name, MonoTime now) {
  const auto it = buckets_.find(name);
  if (it == buckets_.end()) {
    make_room(now);
    return buckets_.emplace(name, Bucket{at_once_, now}).first->second;
  }
  Bucket& bucket = it->second;
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.left = std::min(at_once_, bucket.left + seconds * per_second_);
  bucket.at = now;
  return bucket;
}

// Whoever has used least of theirs loses least by being forgotten.
void Throttle::make_room(MonoTime now) {
  if (buckets_.size() < names_) return;
  std::erase_if(buckets_, [&](const auto& item) {
    const double seconds = std::chrono::duration<double>(now - item.second.at).count();
    return item.second.left + seconds * per_second_ >= at_once_;
  });
  if (buckets_.size() < names_) return;
  const auto fullest = std::max_element(buckets_.begin(), buckets_.end(), [](const auto& a, const auto& b) {
    return a.second.left < b.second.left;
  });
  buckets_.erase(fullest);
}

}  // namespace koinon
