#include "tools/sim/faults.h"

#include <chrono>
#include <utility>

#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

using Days = std::chrono::duration<std::int64_t, std::ratio<86400>>;
constexpr Days kMonth{31};
constexpr Days kFarAhead{400};
constexpr UnixMillis kYear2000{946'684'800'000};
// A clock that is off by more is not moved further, because vouches lapse after two years.
constexpr Days kOffEnough{100};
constexpr std::chrono::seconds kRaceDecided{20};

MonoTime a_while(Chance& chance) { return chance.between(std::chrono::minutes(5), std::chrono::minutes(60)); }

}  // namespace

void Faults::begin() {
  stage_.once_in_a_while(stage_.scenario.partitions_per_day, [this] { partition(); });
  stage_.once_in_a_while(stage_.scenario.one_way_per_day, [this] { one_way(); });
  stage_.once_in_a_while(stage_.scenario.resets_per_day * static_cast<double>(stage_.nodes.size()),
                         [this] { reset_something(); });
  stage_.each(stage_.scenario.crashes_per_day, [this](SimNode& node) { crash(node); });
  stage_.each(stage_.scenario.full_disks_per_day, [this](SimNode& node) { fill_disk(node); });
  stage_.each(stage_.scenario.slow_disks_per_day, [this](SimNode& node) { slow_disk(node); });
  stage_.each(stage_.scenario.clock_jumps_per_day, [this](SimNode& node) { jump_clock(node); });
  stage_.each(stage_.scenario.months_off_per_day, [this](SimNode& node) { be_off_for_a_month(node); });
  stage_.each(stage_.scenario.dial_races_per_day, [this](SimNode& node) { race(node); });
  begin_restoring();
}

void Faults::partition() {
  stage_.counters.add("partitions");
  std::vector<int> groups(stage_.nodes.size());
  const double share = 0.1 + 0.4 * stage_.chance.unit();
  for (int& group : groups) group = stage_.chance.hit(share) ? 1 : 0;
  stage_.fabric.set_groups(std::move(groups));
  stage_.schedule.after(a_while(stage_.chance), [this] { stage_.fabric.set_groups({}); });
}

void Faults::one_way() {
  stage_.counters.add("one-way links");
  const NodeIndex from = stage_.chance.below(stage_.nodes.size());
  const NodeIndex to = stage_.chance.below(stage_.nodes.size());
  stage_.fabric.set_one_way(from, to, true);
  stage_.schedule.after(a_while(stage_.chance),
                        [this, from, to] { stage_.fabric.set_one_way(from, to, false); });
}

void Faults::reset_something() {
  const auto sessions = stage_.fabric.open_sessions();
  if (sessions.empty()) return;
  stage_.counters.add("connections reset");
  stage_.fabric.reset(sessions[stage_.chance.below(sessions.size())]);
}

void Faults::crash(SimNode& node) {
  if (stage_.chance.hit(0.5)) return node.crash_soon();
  stage_.counters.add("crashes");
  stage_.note(node, "loses its power");
  node.crash(stage_.chance.hit(0.5));
  stage_.schedule.after(stage_.chance.exponential(std::chrono::minutes(5)), [&node] { node.restart(); });
}

void Faults::fill_disk(SimNode& node) {
  stage_.counters.add("disks filled");
  stage_.note(node, "has a full disk");
  node.set_full(true);
  stage_.schedule.after(a_while(stage_.chance), [this, &node] {
    node.set_full(false);
    stage_.note(node, "has space again");
  });
}

void Faults::slow_disk(SimNode& node) {
  stage_.counters.add("disks slowed");
  node.set_slow(true);
  stage_.schedule.after(a_while(stage_.chance), [&node] { node.set_slow(false); });
}

void Faults::set_clock(SimNode& node, std::chrono::milliseconds off) {
  node.set_clock(off);
  stage_.invariants.clock_jumped(node);
}

void Faults::jump_clock(SimNode& node) {
  if (std::chrono::abs(node.clock_off()) > kOffEnough) return;
  stage_.counters.add("clocks that jumped");
  std::chrono::milliseconds by = std::chrono::minutes(1);
  const std::uint64_t kind = stage_.chance.below(3);
  if (kind == 1) by = kFarAhead;
  if (kind == 2) by = std::chrono::milliseconds(kYear2000.value - node.wall().value);
  stage_.note(node, "has a clock that is off by " + std::to_string(by.count() / 1000) + " s");
  set_clock(node, node.clock_off() + by);
  stage_.schedule.after(a_while(stage_.chance), [this, &node, by] {
    if (stage_.quiet()) return;
    stage_.note(node, "has a clock that is right again");
    set_clock(node, node.clock_off() - by);
  });
}

// What a node sees after a month without power: steady time begins anew, and its clock has gone on.
void Faults::be_off_for_a_month(SimNode& node) {
  if (std::chrono::abs(node.clock_off()) > kOffEnough) return;
  stage_.counters.add("nodes off for a month");
  stage_.note(node, "is off for a month");
  node.crash(stage_.chance.hit(0.5));
  set_clock(node, node.clock_off() + kMonth);
  stage_.schedule.after(a_while(stage_.chance), [&node] { node.restart(); });
}

// The connections of a node with a peer are cut, and each dials the other before it hears of the other's
// call. In half of the cases one of the new connections is cut soon after.
void Faults::race(SimNode& node) {
  const auto peers = node.peers();
  if (peers.empty()) return;
  SimNode& peer = *peers[stage_.chance.below(peers.size())];
  const auto may = [](const SimNode& one) {
    return one.up() && one.liar() == nullptr && !one.dialling_only();
  };
  if (!may(node) || !may(peer) || !peer.peers_with(node)) return;
  stage_.counters.add("dial races");
  for (const SessionId session : stage_.fabric.between(node.index(), peer.index()))
    stage_.fabric.reset(session);
  const bool cut = stage_.chance.hit(0.5);
  if (!cut) judge_race(node, peer);
  node.dial_now(peer);
  const MonoTime flight = stage_.fabric.latency(node.index(), peer.index());
  stage_.schedule.after(stage_.chance.between(MonoTime(0), 5 * flight), [this, &node, &peer, cut] {
    peer.dial_now(node);
    if (!cut) return;
    stage_.schedule.after(stage_.chance.between(MonoTime(0), std::chrono::seconds(2)),
                          [this, &node, &peer] { cut_one(node, peer); });
  });
}

void Faults::cut_one(SimNode& a, SimNode& b) {
  const auto sessions = stage_.fabric.between(a.index(), b.index());
  if (!sessions.empty()) stage_.fabric.reset(sessions[stage_.chance.below(sessions.size())]);
}

// If no other fault came between, the race has left one connection.
void Faults::judge_race(SimNode& a, SimNode& b) {
  const auto apart = [this, &a, &b] {
    return stage_.fabric.blocked(a.index(), b.index()) || stage_.fabric.blocked(b.index(), a.index());
  };
  // A side that still has an earlier connection does not take a new one.
  if (apart() || a.connected_to(b) || b.connected_to(a)) return;
  const Fabric::Dealings before = stage_.fabric.dealings(a.index(), b.index());
  stage_.schedule.after(kRaceDecided, [this, &a, &b, apart, before, lives = std::pair(a.life(), b.life())] {
    const bool undisturbed = a.up() && b.up() && lives == std::pair(a.life(), b.life()) && a.peers_with(b) &&
                             b.peers_with(a) && !apart() &&
                             stage_.fabric.dealings(a.index(), b.index()).cut == before.cut;
    if (undisturbed) stage_.invariants.check_race(a, b, stage_.fabric, before.opened);
  });
}

void Faults::heal() {
  if (stage_.trace != nullptr) *stage_.trace << clock_text(stage_.schedule.now()) << " faults end\n";
  stage_.fabric.set_groups({});
  for (NodeIndex a = 0; a < stage_.nodes.size() && stage_.scenario.one_way_per_day > 0; ++a) {
    for (NodeIndex b = 0; b < stage_.nodes.size(); ++b) stage_.fabric.set_one_way(a, b, false);
  }
  for (const auto& node : stage_.nodes) {
    if (node->clock_off().count() != 0) set_clock(*node, std::chrono::milliseconds(0));
    node->restart();
    if (!node->up()) continue;
    node->set_full(false);
    node->set_slow(false);
  }
}

}  // namespace koinon::sim
