#include "node/reading/nearness.h"

#include <algorithm>
#include <mutex>

#include "proto/base/limits.h"

namespace koinon {

void Nearness::apply(const std::vector<NameClaim>& claims) {
  const std::unique_lock lock(mutex_);
  for (const NameClaim& claim : claims) {
    forget(claim.log);
    if (!claim.rank || claim.name.empty()) continue;
    by_name_[claim.name].emplace(*claim.rank, claim.log);
    places_.emplace(claim.log, Place{claim.name, *claim.rank});
  }
}

void Nearness::forget(const LogId& log) {
  const auto place = places_.extract(log);
  if (place.empty()) return;
  const auto named = by_name_.find(place.mapped().name);
  named->second.erase({place.mapped().rank, log});
  if (named->second.empty()) by_name_.erase(named);
}

std::vector<LogId> Nearness::nearest(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  std::vector<LogId> out;
  const auto named = by_name_.find(name);
  if (named == by_name_.end()) return out;
  const unsigned least = named->second.begin()->first;
  for (const auto& [rank, log] : named->second) {
    if (rank > least || out.size() == limits::kSameName) break;
    out.push_back(log);
  }
  return out;
}

bool Nearness::another_claims(std::string_view name, const LogId& log) const {
  const std::shared_lock lock(mutex_);
  const auto named = by_name_.find(name);
  if (named == by_name_.end()) return false;
  return named->second.size() > 1 || named->second.begin()->second != log;
}

std::vector<LogId> Nearness::all_nearest(std::size_t most) const {
  std::vector<std::pair<unsigned, LogId>> all;
  {
    const std::shared_lock lock(mutex_);
    all.reserve(places_.size());
    for (const auto& [log, place] : places_) all.emplace_back(place.rank, log);
  }
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  std::partial_sort(all.begin(), end, all.end());
  std::vector<LogId> out;
  for (auto one = all.begin(); one != end; ++one) out.push_back(one->second);
  return out;
}

std::optional<std::string> Nearness::name_of(const LogId& log) const {
  const std::shared_lock lock(mutex_);
  const auto place = places_.find(log);
  return place == places_.end() ? std::nullopt : std::optional(place->second.name);
}

}  // namespace koinon
