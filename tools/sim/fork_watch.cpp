#include "tools/sim/fork_watch.h"

#include <algorithm>
#include <utility>

#include "proto/base/limits.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::seconds kStep{1};
// News leaves with the next announcement. The rest is for a few round trips, what is looked up and checked,
// and the store.
constexpr MonoTime kTold = limits::kAnnounceDelay + std::chrono::seconds(4);
constexpr std::chrono::seconds kSlowAnswers{8};  // more, where answers are slow
// Whatever disturbs them: peers that lie may keep a node from fetching for a while.
constexpr std::chrono::minutes kAtLast{15};

bool is_ready(const SimNode& node, const SimNode& peer) {
  const auto sessions = node.engine().sessions();
  return std::any_of(sessions.begin(), sessions.end(), [&](const SessionInfo& session) {
    return session.ready && session.peer == peer.node_key();
  });
}

bool takes_part(SimNode& node) { return node.up() && node.liar() == nullptr && node.has_space(); }

// What it fetches of the log may come slowly, from a peer that lies. Of its own log a node is told otherwise.
bool is_busy(SimNode& node, const LogId& log) {
  const LogStanding standing = node.engine().standing(log);
  return node.log() == log || standing.fetching || standing.resting || standing.over_quota;
}

std::uint64_t dealt(const Fabric::Dealings& dealings) { return dealings.opened + dealings.cut; }

}  // namespace

bool ForkWatch::has_parted(const LogId& log) const { return truth_.parted().contains(log); }

void ForkWatch::log_grown(SimNode& node, const LogId& log) {
  if (!has_parted(log) || !takes_part(node)) return;
  for (SimNode* peer : node.peers()) {
    consider(node, *peer, log, false);
    consider(*peer, node, log, false);
  }
}

void ForkWatch::evidence_kept(SimNode& node, const LogId& log) {
  if (!has_parted(log) || !takes_part(node)) return;
  for (SimNode* peer : node.peers()) consider(*peer, node, log, true);
}

void ForkWatch::session_ready(SimNode& node, SimNode& peer) {
  if (!takes_part(node) || !takes_part(peer)) return;
  for (const LogId& id : truth_.parted()) {
    consider(node, peer, id, false);
    consider(peer, node, id, false);
  }
}

void ForkWatch::look() {
  for (const LogId& id : truth_.parted()) {
    for (const auto& node : nodes_) log_grown(*node, id);
  }
}

void ForkWatch::consider(SimNode& node, SimNode& peer, const LogId& log, bool is_news) {
  const Which which{node.index(), peer.index(), log};
  if (cases_.contains(which)) return;
  const Lacks what = lacks(node, peer, log);
  if (what == Lacks::kNothing || (what == Lacks::kNews && !is_news)) return;
  const MonoTime now = schedule_.now();
  cases_.emplace(which, Case{what, now, now, dealt(fabric_.dealings(node.index(), peer.index()))});
  arm();
}

ForkWatch::Lacks ForkWatch::lacks(SimNode& node, SimNode& peer, const LogId& log) {
  if (!takes_part(node) || !takes_part(peer) || !node.connected_to(peer) || !peer.connected_to(node))
    return Lacks::kNothing;
  const auto mine = node.store().log_state(log);
  const auto theirs = peer.store().log_state(log);
  if (!mine.ok() || !theirs.ok() || mine->frozen || mine->keys.recoveries() != theirs->keys.recoveries())
    return Lacks::kNothing;
  if (!mine->whole || !theirs->whole || !rules_.admits(node, log) || !rules_.admits(peer, log))
    return Lacks::kNothing;
  const bool contradict = rules_.contradict(node, peer, log);
  if (theirs->frozen) return contradict ? Lacks::kEvidence : Lacks::kNews;
  return contradict ? Lacks::kFork : Lacks::kNothing;
}

bool ForkWatch::is_disturbed(SimNode& node, SimNode& peer, const LogId& log, Case& one) const {
  const Fabric::Dealings dealings = fabric_.dealings(node.index(), peer.index());
  const bool is_new = std::exchange(one.dealings, dealt(dealings)) != dealt(dealings);
  const bool apart = fabric_.blocked(node.index(), peer.index()) ||
                     fabric_.blocked(peer.index(), node.index()) || !is_ready(node, peer) ||
                     !is_ready(peer, node);
  const bool slow = node.writes_slowly() || peer.writes_slowly() || node.reads_wait() || peer.reads_wait();
  const bool busy = one.lacks == Lacks::kFork && (is_busy(node, log) || is_busy(peer, log));
  return is_new || apart || slow || busy || dealings.late_until > one.since;
}

bool ForkWatch::goes_on(SimNode& node, SimNode& peer, const LogId& log, Case& one) {
  const MonoTime now = schedule_.now();
  const Lacks what = lacks(node, peer, log);
  if (what == Lacks::kNothing || (what == Lacks::kNews && one.lacks != what)) return false;
  if (std::exchange(one.lacks, what) != what) one.since = now;
  if (is_disturbed(node, peer, log, one)) {
    // News is told once. Who missed it has to find out when it holds another history.
    if (what == Lacks::kNews) return false;
    one.since = now;
  }
  const MonoTime within = kTold + (rules_.slow_answers ? MonoTime(kSlowAnswers) : MonoTime(0));
  if (now - one.since <= within && now - one.first < kAtLast) return true;
  const std::string& name = truth_.log(log).identity.name;
  if (what == Lacks::kFork) {
    rules_.fail(node, "and " + peer.name() + " hold two histories of " + name + ", and have not found out");
  } else {
    rules_.fail(node, "has not been told by " + peer.name() + " that " + name + " has contradicted itself");
  }
  return false;
}

void ForkWatch::arm() {
  if (std::exchange(armed_, true)) return;
  schedule_.after(kStep, [this] {
    armed_ = false;
    for (auto next = cases_.begin(); next != cases_.end();) {
      const auto it = next++;
      const auto& [node, peer, log] = it->first;
      if (!goes_on(*nodes_[node], *nodes_[peer], log, it->second)) cases_.erase(it);
    }
    if (!cases_.empty()) arm();
  });
}

}  // namespace koinon::sim
