#include "node/transport/knocks.h"

#include <algorithm>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

bool is_old(const Knock& knock, UnixMillis now) {
  return now.value - knock.last.value > std::chrono::milliseconds(limits::kKnockForgotten).count();
}

}  // namespace

bool Knocks::add(const NodeKey& key, const std::string& network, const std::string& address, UnixMillis now) {
  auto it = knocks_.find(key);
  const bool known = it != knocks_.end();
  if (!known) {
    make_room(now);
    it = knocks_.emplace(key, Knock{key, {}, {}, 0, now, now}).first;
  }
  Knock& knock = it->second;
  knock.address = address;
  knock.network = network;
  knock.last = now;
  ++knock.count;
  return !known;
}

void Knocks::make_room(UnixMillis now) {
  std::erase_if(knocks_, [&](const auto& item) { return is_old(item.second, now); });
  if (knocks_.size() < limits::kKnocks) return;
  std::map<std::string, std::size_t> counts;
  for (const auto& [key, knock] : knocks_) ++counts[knock.network];
  const auto weight = [&](const Knock& knock) {
    return std::pair(counts.at(knock.network), -knock.last.value);
  };
  // Of the neighbourhood that has most, whoever has been silent longest.
  knocks_.erase(std::max_element(knocks_.begin(), knocks_.end(), [&](const auto& a, const auto& b) {
    return weight(a.second) < weight(b.second);
  }));
}

std::vector<Knock> Knocks::list(UnixMillis now) const {
  std::vector<Knock> out;
  for (const auto& [key, knock] : knocks_) {
    if (!is_old(knock, now)) out.push_back(knock);
  }
  std::sort(out.begin(), out.end(), [](const Knock& a, const Knock& b) { return a.last > b.last; });
  return out;
}

}  // namespace koinon
