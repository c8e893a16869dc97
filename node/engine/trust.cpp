#include "node/engine/trust.h"

#include <algorithm>

namespace koinon {

void TrustPolicy::add_vouch(const VouchFact& vouch) {
  auto& slot = vouches_[vouch.voucher];
  const auto it = slot.find(vouch.target);
  if (it != slot.end() && it->second.index > vouch.index) return;
  slot.insert_or_assign(vouch.target, vouch);
}

void TrustPolicy::set_blocked(const LogId& log, bool blocked) {
  if (blocked) {
    blocked_.insert(log);
  } else {
    blocked_.erase(log);
  }
}

std::vector<const VouchFact*> TrustPolicy::vouches_by(const LogId& voucher, UnixMillis now) const {
  std::vector<const VouchFact*> out;
  const auto it = vouches_.find(voucher);
  if (it == vouches_.end()) return out;
  for (const auto& [target, vouch] : it->second) {
    if (!vouch.withdrawn && vouch.expires_at > now) out.push_back(&vouch);
  }
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->index < b->index; });
  return out;
}

std::vector<const VouchFact*> TrustPolicy::standing(const LogId& voucher, UnixMillis now) {
  auto out = vouches_by(voucher, now);
  for (const VouchFact* vouch : out) {
    if (!next_expiry_ || vouch->expires_at < *next_expiry_) next_expiry_ = vouch->expires_at;
  }
  return out;
}

std::vector<const VouchFact*> TrustPolicy::vouches_for(const LogId& target, UnixMillis now) const {
  std::vector<const VouchFact*> out;
  for (const auto& [voucher, targets] : vouches_) {
    const auto it = targets.find(target);
    if (it == targets.end() || it->second.withdrawn || it->second.expires_at <= now) continue;
    out.push_back(&it->second);
  }
  return out;
}

// One hop away: those we exchange with, and those that we vouch for ourselves.
std::vector<LogId> TrustPolicy::nearest(UnixMillis now) {
  std::vector<LogId> out = peers_;
  if (own_) {
    for (const VouchFact* vouch : standing(*own_, now)) out.push_back(vouch->target);
  }
  return out;
}

// The cities that those of the last hop vouch for, by enough paths that share nobody.
std::vector<LogId> TrustPolicy::next_hop(const std::vector<LogId>& frontier,
                                         std::map<LogId, TrustPath>& paths, UnixMillis now) {
  std::map<LogId, std::vector<LogId>> vouchers;  // by target, nearest first
  for (const LogId& voucher : frontier) {
    auto vouches = standing(voucher, now);
    if (vouches.size() > rules_.admits) vouches.resize(rules_.admits);
    for (const VouchFact* vouch : vouches) {
      if (!paths.contains(vouch->target) && !blocked_.contains(vouch->target))
        vouchers[vouch->target].push_back(voucher);
    }
  }
  std::vector<LogId> next;
  for (const auto& [target, from] : vouchers) {
    std::set<LogId> used;
    unsigned count = 0;
    for (const LogId& voucher : from) {
      const TrustPath& path = paths.at(voucher);
      if (std::any_of(path.begin(), path.end(), [&](const LogId& log) { return used.contains(log); }))
        continue;
      used.insert(path.begin(), path.end());
      ++count;
    }
    if (count < rules_.paths) continue;
    TrustPath path = paths.at(from.front());
    path.push_back(target);
    paths.emplace(target, std::move(path));
    next.push_back(target);
  }
  return next;
}

TrustChange TrustPolicy::refresh(UnixMillis now) {
  next_expiry_.reset();
  std::map<LogId, TrustPath> paths;
  if (own_) paths.emplace(*own_, TrustPath());
  std::vector<LogId> frontier;
  for (const LogId& log : nearest(now)) {
    if (rules_.hops == 0 || blocked_.contains(log)) continue;
    if (paths.emplace(log, TrustPath{log}).second) frontier.push_back(log);
  }
  // A city that one hop does not admit may have paths enough once those of the next are counted too.
  std::vector<LogId> reached = frontier;
  for (unsigned hop = 1; hop < rules_.hops; ++hop) {
    const auto next = next_hop(reached, paths, now);
    reached.insert(reached.end(), next.begin(), next.end());
  }
  TrustChange change;
  for (const auto& [log, path] : paths) {
    if (!paths_.contains(log)) change.added.push_back(log);
  }
  for (const auto& [log, path] : paths_) {
    if (!paths.contains(log)) change.removed.push_back(log);
  }
  paths_ = std::move(paths);
  return change;
}

const TrustPath* TrustPolicy::path(const LogId& log) const {
  const auto it = paths_.find(log);
  return it == paths_.end() ? nullptr : &it->second;
}

}  // namespace koinon
