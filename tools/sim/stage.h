// What the parts of a simulation share: its scenario, time and chance, the network, the nodes, and the
// invariants.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tools/sim/invariants.h"
#include "tools/sim/scenario.h"

namespace koinon::sim {

struct Stage {
  // `told` gets the trace; it may be null. `check_frames`: checks every frame that leaves a node against its
  // policy.
  Stage(Scenario story, std::uint64_t seed, std::ostream* told, bool check_frames);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Every node does `act` so often, at its own random times, until the faults end.
  void each(double per_day, std::function<void(SimNode&)> act);
  void once_in_a_while(double per_day, std::function<void()> act);
  // One line of the trace.
  void note(const SimNode& node, const std::string& what);
  bool quiet() const { return schedule.now() >= faults_end; }

  Scenario scenario;
  std::ostream* trace;
  Chance chance;  // all parts draw from it, in the order of events
  Schedule schedule;
  Counters counters;
  Truth truth;
  Fabric fabric;
  std::vector<std::unique_ptr<SimNode>> nodes;
  Invariants invariants;
  std::map<NodeIndex, std::string> lies;   // which nodes lie, and how
  std::map<NodeIndex, NodeIndex> twin_of;  // the second half of an author of two histories
  MonoTime faults_end{};
};

}  // namespace koinon::sim
