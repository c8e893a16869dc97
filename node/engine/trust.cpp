#include "node/engine/trust.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {

void TrustPolicy::add_vouch(const VouchFact& vouch) {
  Said& said = vouches_[vouch.voucher];
  const auto it = said.by_target.find(vouch.target);
  const bool known = it != said.by_target.end();
  if (known && it->second.index > vouch.index) return;
  if (known && it->second.withdrawn) --said.withdrawn;
  if (!known && said.by_target.size() >= limits::kVouches) {
    if (vouch.withdrawn || said.withdrawn == 0) return;
    forget_withdrawn(vouch.voucher, said);
  }
  if (vouch.withdrawn) ++said.withdrawn;
  said.by_target.insert_or_assign(vouch.target, vouch);
  vouchers_[vouch.target].insert(vouch.voucher);
}

void TrustPolicy::forget_withdrawn(const LogId& voucher, Said& said) {
  std::erase_if(said.by_target, [&](const auto& item) {
    if (item.second.withdrawn) forget_target(voucher, item.first);
    return item.second.withdrawn;
  });
  said.withdrawn = 0;
}

void TrustPolicy::forget_voucher(const LogId& voucher) {
  const auto gone = vouches_.extract(voucher);
  if (gone.empty()) return;
  for (const auto& [target, vouch] : gone.mapped().by_target) forget_target(voucher, target);
}

void TrustPolicy::forget_target(const LogId& voucher, const LogId& target) {
  const auto it = vouchers_.find(target);
  if (it == vouchers_.end()) return;
  it->second.erase(voucher);
  if (it->second.empty()) vouchers_.erase(it);
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
  for (const auto& [target, vouch] : it->second.by_target) {
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
  const auto from = vouchers_.find(target);
  if (from == vouchers_.end()) return out;
  for (const LogId& voucher : from->second) {
    const VouchFact& vouch = vouches_.at(voucher).by_target.at(target);
    if (!vouch.withdrawn && vouch.expires_at > now) out.push_back(&vouch);
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

std::map<LogId, unsigned> TrustPolicy::ranks_of(const std::map<LogId, TrustPath>& paths) const {
  const std::set<LogId> pinned(peers_.begin(), peers_.end());
  std::map<LogId, unsigned> out;
  for (const auto& [log, path] : paths) {
    const unsigned rank = path.empty()           ? 0
                          : pinned.contains(log) ? 1
                                                 : static_cast<unsigned>(path.size()) + 1;
    out.emplace_hint(out.end(), log, rank);
  }
  return out;
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
  std::map<LogId, unsigned> ranks = ranks_of(paths);
  for (const auto& [log, rank] : ranks) {
    const auto before = ranks_.find(log);
    if (before == ranks_.end()) {
      change.added.push_back(log);
    } else if (before->second != rank) {
      change.moved.push_back(log);
    }
  }
  for (const auto& [log, path] : paths_) {
    if (!paths.contains(log)) change.removed.push_back(log);
  }
  paths_ = std::move(paths);
  ranks_ = std::move(ranks);
  return change;
}

const TrustPath* TrustPolicy::path(const LogId& log) const {
  const auto it = paths_.find(log);
  return it == paths_.end() ? nullptr : &it->second;
}

std::optional<unsigned> TrustPolicy::rank(const LogId& log) const {
  const auto it = ranks_.find(log);
  return it == ranks_.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace koinon
