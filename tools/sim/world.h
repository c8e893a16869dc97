// One simulation: the nodes of a scenario, what they do, which faults they meet, and whether all invariants
// held.
#pragma once

#include <ostream>

#include "tools/sim/invariants.h"
#include "tools/sim/scenario.h"

namespace koinon::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  std::ostream* trace = nullptr;
  bool check_frames =
      true;             // checks every frame that leaves a node against its policy; this parses each frame
  bool digest = false;  // compute a digest of the nodes' final state
  std::function<void(double)> progress;  // share of virtual time passed
};

// How one note of each city spread after everything was calm.
struct Spread {
  MonoTime last_delivery{};  // from the first publication
  std::uint64_t copies = 0;  // copies of records that all nodes together received
  std::uint64_t stored = 0;  // records that nodes have stored
  std::uint64_t bytes = 0;
};

struct Outcome {
  std::vector<Broken> broken;  // broken rules of safety, then of liveness
  Counters counters;
  MonoTime settled_after{};  // from the end of faults until everything had converged
  MonoTime virtual_time{};
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;     // sent by honest nodes
  Spread spread;               // only if the scenario asks for it
  std::optional<Hash> digest;  // of every node's final state; only if it was asked for
  bool ok() const { return broken.empty(); }
};

class World final : public Observer {
 public:
  World(Scenario scenario, WorldOptions options);
  ~World() override;

  Outcome run();

  void on_frames(SimNode& from, SessionId session, BytesView bytes) override;
  void on_committed(SimNode& node, const IntentBody& body) override;
  void on_published(SimNode& node, const RunCommit& run) override;
  void on_event(SimNode& node, const Event& event) override;
  void on_restart(SimNode& node) override;

 private:
  // world_life.cpp: what cities do
  void live();
  void each(double per_day, std::function<void(SimNode&)> act);
  void once_in_a_while(double per_day, std::function<void()> act);
  void publish_note(SimNode& node);
  Draft note_draft();
  void gorge(SimNode& node, std::size_t notes);
  void erase_note(SimNode& node);
  void erase_entry(SimNode& node, std::uint64_t index);
  std::vector<std::uint64_t> standing_notes(SimNode& node);
  void change_filter(SimNode& node);
  void change_vouch(SimNode& node);
  void block_city(SimNode& node);
  void change_peer(SimNode& node);
  BodyFilter some_filter();
  void attach_file(SimNode& node, Draft& draft);
  void want_some_file(SimNode& node);
  void vouch_for_nobody(SimNode& node, std::size_t count);

  // world_faults.cpp: which faults they meet
  void break_things();
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
  void heal();

  // world.cpp
  void build();
  SimNode& add_node(const std::string& name, std::size_t place, std::uint64_t seed, const std::string& lie);
  void connect_all();
  void pin_both(SimNode& a, SimNode& b);
  void add_twin(SimNode& original);
  void settle(Outcome& outcome);
  void spread_once(Outcome& outcome);
  void turn_of(SimNode& node);
  void look_round();
  void remember_unanswered(SimNode& node);
  Hash digest();
  bool run_until(MonoTime end);
  void note(const SimNode& node, const std::string& what);
  bool quiet() const { return schedule_.now() >= faults_end_; }

  Scenario scenario_;
  WorldOptions options_;
  Chance chance_;
  Schedule schedule_;
  Counters counters_;
  SignatureMemory memory_;
  Truth truth_;
  std::shared_ptr<BlobPool> pool_ = std::make_shared<BlobPool>();
  std::unique_ptr<Fabric> fabric_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
  std::unique_ptr<Invariants> invariants_;
  std::map<NodeIndex, std::string> lies_;   // which nodes lie, and how
  std::map<NodeIndex, NodeIndex> twin_of_;  // the second half of an author of two histories
  MonoTime faults_end_{};
  MonoTime last_delivery_{};
  std::uint64_t bytes_ = 0;
  std::uint64_t notes_ = 0;
};

}  // namespace koinon::sim
