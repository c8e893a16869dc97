// What befalls the network and its nodes, and how it is mended.
#include "tools/sim/liar.h"
#include "tools/sim/world.h"

namespace koinon::sim {
namespace {

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

void World::heal() {
  if (options_.trace != nullptr) *options_.trace << clock_text(schedule_.now()) << " faults end\n";
  fabric_->set_groups({});
  for (NodeIndex a = 0; a < nodes_.size() && scenario_.one_way_per_day > 0; ++a) {
    for (NodeIndex b = 0; b < nodes_.size(); ++b) fabric_->set_one_way(a, b, false);
  }
  for (const auto& node : nodes_) {
    node->restart();
    if (!node->up()) continue;
    node->set_full(false);
    node->set_slow(false);
  }
}

}  // namespace koinon::sim
