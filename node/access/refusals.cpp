#include "node/access/refusals.h"

#include <utility>

#include "proto/base/limits.h"

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

bool Refusals::may_note(const std::string& account, UnixMillis now) {
  constexpr std::int64_t kHour = 3'600'000;
  const std::lock_guard lock(mutex_);
  if (std::exchange(hour_, now.value / kHour) != now.value / kHour) noted_.clear();
  return ++noted_[account] <= limits::kRefusalLines;
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
