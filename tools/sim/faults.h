// Faults of the network and of its nodes, and how they end.
#pragma once

#include "tools/sim/stage.h"

namespace koinon::sim {

class Faults {
 public:
  // `stage` must live longer than this. This must live until the last event of the stage's schedule.
  explicit Faults(Stage& stage) : stage_(stage) {}

  // Begins now. It goes on until the faults end.
  void begin();
  // Ends all faults and starts all nodes.
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
  // faults_restoring.cpp
  void begin_restoring();
  void copy(SimNode& node);
  void roll_back(const std::vector<SimNode*>& nodes);
  void roll_back_together();
  void put_back(SimNode& node);
  SimNode::Parts parts_put_back();
  void lose_disk(SimNode& node);
  void resume(SimNode& node);
  void cut_one(SimNode& a, SimNode& b);
  void judge_race(SimNode& a, SimNode& b);

  Stage& stage_;
};

}  // namespace koinon::sim
