// Folders put back from copies, lost disks, machines that resume, processes that end while they sign.
#include "tools/sim/faults.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

constexpr double kReboots =
    0.5;  // of what is put back: with the folder the machine begins anew, and its mark is gone
constexpr double kApart = 0.2;     // of what is put back: the store without the office, or the office alone
constexpr double kTogether = 0.7;  // of a node's peers that are put back with it

// How old a copy is when it is put back.
MonoTime age(Chance& chance) { return chance.between(std::chrono::minutes(5), std::chrono::hours(3)); }

}  // namespace

SimNode::Parts Faults::parts_put_back() {
  if (!stage_.chance.hit(kApart)) return SimNode::Parts::kStoreAndOffice;
  return stage_.chance.hit(0.5) ? SimNode::Parts::kStore : SimNode::Parts::kOffice;
}

void Faults::begin_restoring() {
  const Scenario& scenario = stage_.scenario;
  stage_.each(scenario.rollbacks_per_day, [this](SimNode& node) { roll_back({&node}); });
  stage_.once_in_a_while(scenario.rollbacks_together_per_day, [this] { roll_back_together(); });
  stage_.each(scenario.lost_disks_per_day, [this](SimNode& node) { lose_disk(node); });
  stage_.each(scenario.resumed_per_day, [this](SimNode& node) { resume(node); });
  stage_.each(scenario.kills_while_signing_per_day, [this](SimNode& node) {
    stage_.counters.add("processes ended while they signed");
    if (stage_.chance.hit(0.5)) return node.end_while_signing();
    node.end_while_cosigning();
  });
}

void Faults::copy(SimNode& node) {
  node.copy_folder();
  stage_.invariants.copied(node);
}

// Copies are made at one time, and put back at another.
void Faults::roll_back(const std::vector<SimNode*>& nodes) {
  for (SimNode* node : nodes) {
    if (node->liar() == nullptr && node->up()) copy(*node);
  }
  stage_.schedule.after(age(stage_.chance), [this, nodes] {
    if (stage_.quiet()) return;
    for (SimNode* node : nodes) put_back(*node);
  });
}

void Faults::put_back(SimNode& node) {
  const bool reboots = stage_.chance.hit(kReboots);
  const SimNode::Parts parts = parts_put_back();
  if (node.liar() != nullptr || !node.put_back(parts, reboots)) return;
  const std::string what = parts == SimNode::Parts::kStoreAndOffice ? "folder"
                           : parts == SimNode::Parts::kStore        ? "store"
                                                                    : "office";
  stage_.counters.add((what + (reboots ? "s put back, and rebooted" : "s put back")).c_str());
  stage_.note(node, "has its " + what + (reboots ? " of earlier, and reboots" : " of earlier"));
  if (parts != SimNode::Parts::kOffice) stage_.invariants.put_back(node);
  stage_.schedule.after(stage_.chance.exponential(std::chrono::minutes(3)), [&node] { node.restart(); });
}

void Faults::roll_back_together() {
  SimNode& first = *stage_.nodes[stage_.chance.below(stage_.nodes.size())];
  std::vector<SimNode*> nodes{&first};
  for (SimNode* peer : first.peers()) {
    if (stage_.chance.hit(kTogether) && !stage_.twin_of.contains(peer->index())) nodes.push_back(peer);
  }
  if (stage_.twin_of.contains(first.index())) return;
  stage_.counters.add("neighbourhoods put back");
  roll_back(nodes);
}

void Faults::lose_disk(SimNode& node) {
  if (node.liar() != nullptr) return;
  stage_.counters.add("disks lost");
  stage_.note(node, "has lost its disk");
  node.lose_disk(stage_.chance.hit(kReboots));
  stage_.invariants.wiped(node);
  stage_.schedule.after(stage_.chance.exponential(std::chrono::minutes(10)), [&node] { node.restart(); });
}

// Its machine is stopped for a moment, or resumes from an earlier snapshot.
void Faults::resume(SimNode& node) {
  if (node.liar() != nullptr || stage_.chance.hit(0.5)) {
    stage_.counters.add("machines stopped for a moment");
    stage_.note(node, "was stopped for a moment");
    return node.resume();
  }
  copy(node);
  stage_.schedule.after(age(stage_.chance), [this, &node] {
    if (stage_.quiet() || !node.up() || !node.has_copy()) return;
    stage_.counters.add("machines resumed from a snapshot");
    stage_.note(node, "resumes from an earlier snapshot");
    stage_.invariants.put_back(node);
    node.resume_from_copy();
  });
}

}  // namespace koinon::sim
