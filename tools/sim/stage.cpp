#include "tools/sim/stage.h"

#include <utility>

#include "tools/sim/liar.h"

namespace koinon::sim {

Stage::Stage(Scenario story, std::uint64_t seed, std::ostream* told, bool check_frames)
    : scenario(std::move(story)),
      trace(told),
      chance(seed),
      fabric(schedule, chance.fork(), counters,
             FabricRules{scenario.loss, scenario.duplicate, scenario.reorder, scenario.bandwidth}),
      invariants(schedule, truth, nodes, fabric, counters, PolicyRules{scenario.hops, scenario.admits},
                 KeepingRules{MonoTime(static_cast<std::int64_t>(scenario.grace_hours * 3600e9)),
                              scenario.log_bytes, scenario.erase_grace(), scenario.slow_answers > 0},
                 check_frames) {}

Stage::~Stage() = default;

void Stage::each(double per_day, std::function<void(SimNode&)> act) {
  if (per_day <= 0) return;
  for (const auto& node : nodes) {
    if (twin_of.contains(node->index())) continue;
    once_in_a_while(per_day, [&node, act] {
      if (node->up()) act(*node);
    });
  }
}

void Stage::once_in_a_while(double per_day, std::function<void()> act) {
  if (per_day <= 0) return;
  const MonoTime mean(static_cast<std::int64_t>(86400e9 / per_day));
  schedule.after(chance.exponential(mean), [this, per_day, act = std::move(act)] {
    if (quiet()) return;
    act();
    once_in_a_while(per_day, act);
  });
}

void Stage::note(const SimNode& node, const std::string& what) {
  if (trace != nullptr) *trace << clock_text(schedule.now()) << ' ' << node.name() << ' ' << what << '\n';
}

}  // namespace koinon::sim
