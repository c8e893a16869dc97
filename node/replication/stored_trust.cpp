#include "node/replication/stored_trust.h"

#include <sstream>
#include <utility>

#include "storage/store/settings.h"

namespace koinon {
namespace {

constexpr std::size_t kDefaultAdmits = 100;  // as trust.admits

TrustPolicy policy_of(const StoreState& state, const std::vector<LogId>& peer_logs,
                      const TrustPolicy::Rules& rules, UnixMillis now) {
  TrustPolicy out(rules);
  if (state.own_log) out.set_own(*state.own_log);
  for (const VouchFact& vouch : state.vouches) out.add_vouch(vouch);
  for (const LogId& log : state.blocked) out.set_blocked(log, true);
  out.set_peers(peer_logs);
  (void)out.refresh(now);
  return out;
}

TrustView view_of(const StoreState& state, const TrustPolicy::Rules& rules, UnixMillis now) {
  TrustView out;
  out.own = state.own_log;
  out.peers = state.peers;
  out.policy = policy_of(state, out.peer_logs(), rules, now);
  for (const LogState& log : state.logs) {
    if (log.frozen && out.policy.admits(log.id)) out.frozen.emplace(log.id, log.range.size());
  }
  for (const LogId& log : state.for_good) {
    if (out.policy.admits(log)) out.for_good.insert(log);
  }
  for (const ThawedEvidence& one : state.thawed) {
    if (out.policy.admits(one.log) && !out.frozen.contains(one.log)) out.thawed.insert(one.log);
  }
  return out;
}

}  // namespace

std::vector<LogId> TrustView::peer_logs() const {
  std::vector<LogId> out;
  for (const PeerRecord& peer : peers) {
    if (peer.log) out.push_back(*peer.log);
  }
  return out;
}

// A name is what a log's first head has proven. Before that comes, a pinned peer is called what the operator
// was told.
std::vector<NameClaim> StoredTrust::take(const StoreState& state, const TrustPolicy::Rules& rules,
                                         UnixMillis now) {
  auto view = std::make_shared<const TrustView>(view_of(state, rules, now));
  std::map<LogId, std::string> names;
  for (const PeerRecord& peer : view->peers) {
    if (peer.log && view->policy.rank(*peer.log) == 1U) names.emplace(*peer.log, peer.name);
  }
  for (const LogState& log : state.logs) {
    if (!log.identity().name.empty()) names[log.id] = log.identity().name;
  }
  std::map<LogId, Claim> claims;
  for (const auto& [log, name] : names) {
    if (const auto rank = view->policy.rank(log); rank && !name.empty())
      claims.emplace(log, Claim{name, *rank});
  }
  std::vector<NameClaim> changed;
  for (const auto& [log, claim] : claims) {
    const auto before = claims_.find(log);
    if (before == claims_.end() || before->second != claim) changed.push_back({log, claim.name, claim.rank});
  }
  for (const auto& [log, claim] : claims_) {
    if (!claims.contains(log)) changed.push_back({log, {}, std::nullopt});
  }
  claims_ = std::move(claims);
  view_ = std::move(view);
  return changed;
}

Status keep_trust_rules(Store& store, const TrustPolicy::Rules& rules) {
  const std::string text =
      std::to_string(rules.hops) + " " + std::to_string(rules.paths) + " " + std::to_string(rules.admits);
  KOINON_ASSIGN(const auto kept, store.setting(kTrustRules));
  if (kept == text) return {};
  KOINON_TRY(store.begin(true));
  if (const Status set = store.set_setting(kTrustRules, text); !set.ok()) {
    store.rollback();
    return set;
  }
  return store.commit();
}

Result<TrustPolicy::Rules> read_trust_rules(KnowledgeReader& store) {
  TrustPolicy::Rules out;
  out.admits = kDefaultAdmits;
  KOINON_ASSIGN(const auto kept, store.setting(kTrustRules));
  if (!kept) return out;
  std::istringstream words(*kept);
  if (!(words >> out.hops >> out.paths >> out.admits))
    return fail(Code::kMalformed, "the store does not say by which rules its node trusts", "trust");
  return out;
}

}  // namespace koinon
