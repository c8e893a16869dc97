#include "node/access/refusals.h"

#include <utility>

namespace koinon {

void Refusals::count(const std::string& operation, unsigned status, const std::string& address) {
  const std::lock_guard lock(mutex_);
  RefusalSum& sum = sums_[{operation, status}];
  sum.operation = operation;
  sum.status = status;
  ++sum.count;
  sum.last_address = address;
  ++total_;
}

std::vector<RefusalSum> Refusals::take() {
  const std::lock_guard lock(mutex_);
  std::vector<RefusalSum> out;
  for (auto& [what, sum] : std::exchange(sums_, {})) out.push_back(std::move(sum));
  return out;
}

std::uint64_t Refusals::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

}  // namespace koinon
