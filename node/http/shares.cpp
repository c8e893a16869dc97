#include "node/http/shares.h"

namespace koinon {
bool Shares::has_room(const std::string& visitor) const { return total_ < all_ && of(visitor) < each_; }

void Shares::add(const std::string& visitor) {
  ++counts_[visitor];
  ++total_;
}

void Shares::remove(const std::string& visitor) {
  const auto it = counts_.find(visitor);
  if (it == counts_.end()) return;
  --total_;
  if (--it->second == 0) counts_.erase(it);
}

std::size_t Shares::of(const std::string& visitor) const {
  const auto it = counts_.find(visitor);
  return it == counts_.end() ? 0 : it->second;
}

}  // namespace koinon
