#include <algorithm>

#include "node/engine/engine.h"
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

TrustGraph NetworkView::graph(const std::optional<LogId>& own, std::size_t most) const {
  std::vector<LogId> peers;
  for (const auto& [key, peer] : peers_.all()) {
    if (peer.record.log) peers.push_back(*peer.record.log);
  }
  Walk walk(engine_.trust(), clock_.wall(), most);
  bool room = !own || walk.reach(*own);
  for (std::size_t i = 0; room && i < peers.size(); ++i) room = walk.reach(peers[i]);
  if (room) walk.follow();
  walk.join(own, peers);
  return walk.take();
}

}  // namespace koinon
