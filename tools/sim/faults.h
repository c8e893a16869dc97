// What befalls the network and its nodes, and how it is mended.
#pragma once

#include "tools/sim/stage.h"

namespace koinon::sim {

class Faults {
 public:
  // `stage` outlives this, which outlives its schedule's last event.
  explicit Faults(Stage& stage) : stage_(stage) {}

  // From now on, until the faults end.
  void begin();
  // Everything is whole again, and every node is up.
  void heal();

 private:
  void partition();
  void one_way();
  void reset_something();
  void crash(SimNode& node);
  void fill_disk(SimNode& node);
  void slow_disk(SimNode& node);
  void set_clock(SimNode& node, std::chrono::milliseconds off);
  void jump_clock(SimNode& node);
  void be_off_for_a_month(SimNode& node);
  void race(SimNode& node);
  void cut_one(SimNode& a, SimNode& b);
  void judge_race(SimNode& a, SimNode& b);

  Stage& stage_;
};

}  // namespace koinon::sim
