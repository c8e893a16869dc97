#include "node/engine/trust.h"

#include <algorithm>

namespace koinon {

void TrustPolicy::add_vouch(const VouchFact& vouch) {
  auto& slot = vouches_[vouch.voucher];
  const auto it = slot.find(vouch.target);
  if (it != slot.end() && it->second.index > vouch.index) return;
  slot.insert_or_assign(vouch.target, vouch);
}

std::vector<const VouchFact*> TrustPolicy::standing(const LogId& voucher, UnixMillis now) const {
  std::vector<const VouchFact*> out;
  const auto it = vouches_.find(voucher);
  if (it == vouches_.end()) return out;
  for (const auto& [target, vouch] : it->second) {
    if (!vouch.withdrawn && vouch.expires_at > now) out.push_back(&vouch);
  }
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->index < b->index; });
  return out;
}

// One hop away: those we exchange with, and those that we vouch for ourselves.
std::vector<LogId> TrustPolicy::nearest(UnixMillis now) const {
  std::vector<LogId> out = peers_;
  if (own_) {
    for (const VouchFact* vouch : standing(*own_, now)) out.push_back(vouch->target);
  }
  return out;
}

std::vector<LogId> TrustPolicy::refresh(UnixMillis now) {
  std::map<LogId, TrustPath> paths;
  if (own_) paths.emplace(*own_, TrustPath());
  std::vector<LogId> frontier;
  for (const LogId& log : nearest(now)) {
    if (hops_ > 0 && paths.emplace(log, TrustPath{log}).second) frontier.push_back(log);
  }
  for (unsigned hop = 1; hop < hops_; ++hop) {
    std::vector<LogId> next;
    for (const LogId& voucher : frontier) {
      auto vouches = standing(voucher, now);
      if (vouches.size() > admits_) vouches.resize(admits_);
      for (const VouchFact* vouch : vouches) {
        TrustPath path = paths.at(voucher);
        path.push_back(vouch->target);
        if (paths.emplace(vouch->target, std::move(path)).second) next.push_back(vouch->target);
      }
    }
    frontier = std::move(next);
  }
  std::vector<LogId> added;
  for (const auto& [log, path] : paths) {
    if (!paths_.contains(log)) added.push_back(log);
  }
  paths_ = std::move(paths);
  return added;
}

const TrustPath* TrustPolicy::path(const LogId& log) const {
  const auto it = paths_.find(log);
  return it == paths_.end() ? nullptr : &it->second;
}

}  // namespace koinon
