#include <algorithm>

#include "node/transport/network_view.h"

namespace koinon {
namespace {

// Finds cities step by step, the nearest first.
class Walk {
 public:
  Walk(const TrustPolicy& trust, UnixMillis now, std::size_t most) : trust_(trust), now_(now), most_(most) {}

  // Whether there is room for more.
  bool reach(const LogId& log) {
    const TrustPath* path = trust_.path(log);
    if (path == nullptr || !seen_.insert(log).second) return true;
    if (out_.cities.size() == most_) return false;
    out_.cities.push_back({log, path->size()});
    return true;
  }
  // What each city that was found vouches for, until there is no more to find.
  void follow() {
    for (std::size_t i = 0; i < out_.cities.size(); ++i) {
      const LogId from = out_.cities[i].log;
      for (const VouchFact* vouch : trust_.vouches_by(from, now_)) {
        if (!reach(vouch->target)) return;
      }
    }
  }
  // `own` is a peer of these, whether it vouches for them or not.
  void join(const std::optional<LogId>& own, const std::vector<LogId>& peers) {
    std::set<LogId> here;
    for (const auto& city : out_.cities) here.insert(city.log);
    std::set<LogId> vouched;
    for (const auto& city : out_.cities) {
      for (const VouchFact* vouch : trust_.vouches_by(city.log, now_)) {
        if (!here.contains(vouch->target)) continue;
        out_.vouches.push_back({city.log, vouch->target, false});
        if (city.log == own) vouched.insert(vouch->target);
      }
    }
    for (const LogId& peer : peers) {
      if (own && here.contains(*own) && here.contains(peer) && !vouched.contains(peer))
        out_.vouches.push_back({*own, peer, true});
    }
  }
  TrustGraph take() {
    std::sort(out_.cities.begin(), out_.cities.end(), [](const auto& a, const auto& b) {
      return a.hops != b.hops ? a.hops < b.hops : a.log < b.log;
    });
    out_.trusted = trust_.admitted().size();
    return std::move(out_);
  }

 private:
  const TrustPolicy& trust_;
  UnixMillis now_;
  std::size_t most_;
  std::set<LogId> seen_;
  TrustGraph out_;
};

}  // namespace

TrustGraph graph_of(const TrustPolicy& trust, const std::vector<LogId>& peers,
                    const std::optional<LogId>& own, UnixMillis now, std::size_t most) {
  Walk walk(trust, now, most);
  bool room = !own || walk.reach(*own);
  for (std::size_t i = 0; room && i < peers.size(); ++i) room = walk.reach(peers[i]);
  if (room) walk.follow();
  walk.join(own, peers);
  return walk.take();
}

TrustPaths paths_of(const TrustPolicy& trust, const std::vector<LogId>& logs) {
  TrustPaths out;
  out.trusted = trust.admitted().size();
  out.paths.reserve(logs.size());
  for (const LogId& log : logs) {
    const TrustPath* path = trust.path(log);
    out.paths.push_back(path == nullptr ? std::nullopt : std::optional(*path));
  }
  return out;
}

void put_trust(const TrustPolicy& trust, const LogId& log, const StandingWish& wish, UnixMillis now,
               CityStanding& out) {
  out.trusted = trust.admits(log);
  out.blocked = trust.blocks(log);
  if (const TrustPath* path = trust.path(log); path != nullptr) out.path = *path;
  out.rules = trust.rules();
  if (!wish.vouches) return;
  for (const VouchFact* vouch : trust.vouches_for(log, now)) {
    out.vouchers.push_back(vouch->voucher);
    if (trust.admits(vouch->voucher)) out.trusted_vouchers.push_back(vouch->voucher);
  }
  for (const VouchFact* vouch : trust.vouches_by(log, now)) out.vouches.push_back(*vouch);
}

}  // namespace koinon
