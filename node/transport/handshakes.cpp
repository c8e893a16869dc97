#include "node/transport/handshakes.h"

#include <algorithm>
#include <utility>

#include "proto/base/limits.h"

namespace koinon {

Handshakes::Number Handshakes::begin(const std::string& network, std::function<void()> close) {
  make_room(network);
  open_.emplace(next_, Open{network, std::move(close)});
  ++counts_[network];
  return next_++;
}

void Handshakes::end(Number number) {
  const auto it = open_.find(number);
  if (it == open_.end()) return;  // it gave way
  const auto count = counts_.find(it->second.network);
  if (--count->second == 0) counts_.erase(count);
  open_.erase(it);
}

void Handshakes::close_all() {
  while (!open_.empty()) close_one(open_.begin());
}

void Handshakes::make_room(const std::string& network) {
  if (const auto it = counts_.find(network);
      it != counts_.end() && it->second >= limits::kHandshakesPerNetwork)
    return give_way(network);
  if (open_.size() < limits::kHandshakesAtOnce) return;
  std::size_t most = 0;
  for (const auto& [name, count] : counts_) most = std::max(most, count);
  // Of several that have most, the one whose oldest has waited longest: who is honest is soon done.
  const auto oldest = std::find_if(open_.begin(), open_.end(),
                                   [&](const auto& item) { return counts_.at(item.second.network) == most; });
  give_way(std::string(oldest->second.network));
}

void Handshakes::give_way(const std::string& network) {
  const auto oldest = std::find_if(open_.begin(), open_.end(),
                                   [&](const auto& item) { return item.second.network == network; });
  if (oldest != open_.end()) close_one(oldest);
}

void Handshakes::close_one(All::iterator open) {
  const auto close = std::move(open->second.close);
  end(open->first);
  close();
}

}  // namespace koinon
