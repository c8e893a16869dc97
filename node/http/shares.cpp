#include "node/http/shares.h"

namespace koinon {
bool Shares::has_room(const std::string& visitor, std::size_t amount) const {
  return total_ + amount <= all_ && of(visitor) + amount <= each_;
}

void Shares::add(const std::string& visitor, std::size_t amount) {
  counts_[visitor] += amount;
  total_ += amount;
}

void Shares::remove(const std::string& visitor, std::size_t amount) {
  const auto it = counts_.find(visitor);
  if (it == counts_.end()) return;
  total_ -= amount;
  it->second -= amount;
  if (it->second == 0) counts_.erase(it);
}

std::size_t Shares::of(const std::string& visitor) const {
  const auto it = counts_.find(visitor);
  return it == counts_.end() ? 0 : it->second;
}

}  // namespace koinon
