// Faults of the network and of its nodes, and how they end.
#include <chrono>
#include <utility>

#include "tools/sim/liar.h"
#include "tools/sim/world.h"

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

void World::break_things() {
  once_in_a_while(scenario_.partitions_per_day, [this] { partition(); });
  once_in_a_while(scenario_.one_way_per_day, [this] { one_way(); });
  once_in_a_while(scenario_.resets_per_day * static_cast<double>(nodes_.size()),
                  [this] { reset_something(); });
  each(scenario_.crashes_per_day, [this](SimNode& node) { crash(node); });
  each(scenario_.full_disks_per_day, [this](SimNode& node) { fill_disk(node); });
  each(scenario_.slow_disks_per_day, [this](SimNode& node) { slow_disk(node); });
  each(scenario_.clock_jumps_per_day, [this](SimNode& node) { jump_clock(node); });
  each(scenario_.months_off_per_day, [this](SimNode& node) { be_off_for_a_month(node); });
  each(scenario_.dial_races_per_day, [this](SimNode& node) { race(node); });
}

void World::partition() {
  counters_.add("partitions");
  std::vector<int> groups(nodes_.size());
  const double share = 0.1 + 0.4 * chance_.unit();
  for (int& group : groups) group = chance_.hit(share) ? 1 : 0;
  fabric_->set_groups(std::move(groups));
  schedule_.after(a_while(chance_), [this] { fabric_->set_groups({}); });
}

void World::one_way() {
  counters_.add("one-way links");
  const NodeIndex from = chance_.below(nodes_.size());
  const NodeIndex to = chance_.below(nodes_.size());
  fabric_->set_one_way(from, to, true);
  schedule_.after(a_while(chance_), [this, from, to] { fabric_->set_one_way(from, to, false); });
}

void World::reset_something() {
  const auto sessions = fabric_->open_sessions();
  if (sessions.empty()) return;
  counters_.add("connections reset");
  fabric_->reset(sessions[chance_.below(sessions.size())]);
}

void World::crash(SimNode& node) {
  if (chance_.hit(0.5)) return node.crash_soon();
  counters_.add("crashes");
  note(node, "loses its power");
  node.crash(chance_.hit(0.5));
  schedule_.after(chance_.exponential(std::chrono::minutes(5)), [&node] { node.restart(); });
}

void World::fill_disk(SimNode& node) {
  counters_.add("disks filled");
  note(node, "has a full disk");
  node.set_full(true);
  schedule_.after(a_while(chance_), [this, &node] {
    node.set_full(false);
    note(node, "has space again");
  });
}

void World::slow_disk(SimNode& node) {
  counters_.add("disks slowed");
  node.set_slow(true);
  schedule_.after(a_while(chance_), [&node] { node.set_slow(false); });
}

void World::set_clock(SimNode& node, std::chrono::milliseconds off) {
  node.set_clock(off);
  invariants_->clock_jumped(node);
}

void World::jump_clock(SimNode& node) {
  if (std::chrono::abs(node.clock_off()) > kOffEnough) return;
  counters_.add("clocks that jumped");
  std::chrono::milliseconds by = std::chrono::minutes(1);
  const std::uint64_t kind = chance_.below(3);
  if (kind == 1) by = kFarAhead;
  if (kind == 2) by = std::chrono::milliseconds(kYear2000.value - node.wall().value);
  note(node, "has a clock that is off by " + std::to_string(by.count() / 1000) + " s");
  set_clock(node, node.clock_off() + by);
  schedule_.after(a_while(chance_), [this, &node, by] {
    if (quiet()) return;
    note(node, "has a clock that is right again");
    set_clock(node, node.clock_off() - by);
  });
}

// What a node sees after a month without power: steady time begins anew, and its clock has gone on.
void World::be_off_for_a_month(SimNode& node) {
  if (std::chrono::abs(node.clock_off()) > kOffEnough) return;
  counters_.add("nodes off for a month");
  note(node, "is off for a month");
  node.crash(chance_.hit(0.5));
  set_clock(node, node.clock_off() + kMonth);
  schedule_.after(a_while(chance_), [&node] { node.restart(); });
}

// The connections of a node with a peer are cut, and each dials the other before it hears of the other's
// call. In half of the cases one of the new connections is cut soon after.
void World::race(SimNode& node) {
  const auto peers = node.peers();
  if (peers.empty()) return;
  SimNode& peer = *peers[chance_.below(peers.size())];
  const auto may = [](const SimNode& one) {
    return one.up() && one.liar() == nullptr && !one.dialling_only();
  };
  if (!may(node) || !may(peer) || !peer.peers_with(node)) return;
  counters_.add("dial races");
  for (const SessionId session : fabric_->between(node.index(), peer.index())) fabric_->reset(session);
  const bool cut = chance_.hit(0.5);
  if (!cut) judge_race(node, peer);
  node.dial_now(peer);
  const MonoTime flight = fabric_->latency(node.index(), peer.index());
  schedule_.after(chance_.between(MonoTime(0), 5 * flight), [this, &node, &peer, cut] {
    peer.dial_now(node);
    if (!cut) return;
    schedule_.after(chance_.between(MonoTime(0), std::chrono::seconds(2)),
                    [this, &node, &peer] { cut_one(node, peer); });
  });
}

void World::cut_one(SimNode& a, SimNode& b) {
  const auto sessions = fabric_->between(a.index(), b.index());
  if (!sessions.empty()) fabric_->reset(sessions[chance_.below(sessions.size())]);
}

// If no other fault came between, the race has left one connection.
void World::judge_race(SimNode& a, SimNode& b) {
  const auto apart = [this, &a, &b] {
    return fabric_->blocked(a.index(), b.index()) || fabric_->blocked(b.index(), a.index());
  };
  // A side that still has an earlier connection does not take a new one.
  if (apart() || a.connected_to(b) || b.connected_to(a)) return;
  const Fabric::Dealings before = fabric_->dealings(a.index(), b.index());
  schedule_.after(kRaceDecided, [this, &a, &b, apart, before, lives = std::pair(a.life(), b.life())] {
    const bool undisturbed = a.up() && b.up() && lives == std::pair(a.life(), b.life()) && a.peers_with(b) &&
                             b.peers_with(a) && !apart() &&
                             fabric_->dealings(a.index(), b.index()).cut == before.cut;
    if (undisturbed) invariants_->check_race(a, b, *fabric_, before.opened);
  });
}

void World::heal() {
  if (options_.trace != nullptr) *options_.trace << clock_text(schedule_.now()) << " faults end\n";
  fabric_->set_groups({});
  for (NodeIndex a = 0; a < nodes_.size() && scenario_.one_way_per_day > 0; ++a) {
    for (NodeIndex b = 0; b < nodes_.size(); ++b) fabric_->set_one_way(a, b, false);
  }
  for (const auto& node : nodes_) {
    if (node->clock_off().count() != 0) set_clock(*node, std::chrono::milliseconds(0));
    node->restart();
    if (!node->up()) continue;
    node->set_full(false);
    node->set_slow(false);
  }
}

}  // namespace koinon::sim
