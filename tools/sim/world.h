// One simulation: the nodes of a scenario, what they do, what befalls them, and whether all of it held.
#pragma once

#include <ostream>

#include "tools/sim/city_life.h"
#include "tools/sim/faults.h"
#include "tools/sim/stage.h"

namespace koinon::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  std::ostream* trace = nullptr;
  bool check_frames = true;              // every frame that leaves a node, against its policy; costs a parse
  bool digest = false;                   // tell the nodes' final state
  std::function<void(double)> progress;  // share of virtual time passed
};

// How one note of each city spread, once everything was calm.
struct Spread {
  MonoTime last_delivery{};  // from the first publication
  std::uint64_t copies = 0;  // of records received, by all nodes together
  std::uint64_t stored = 0;  // records that nodes came to hold
  std::uint64_t bytes = 0;
};

struct Outcome {
  std::vector<Broken> broken;  // safety, then liveness
  Counters counters;
  MonoTime settled_after{};  // faults ended, until everything had converged
  MonoTime virtual_time{};
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;     // sent by honest nodes
  Spread spread;               // where the scenario asks for it
  std::optional<Hash> digest;  // of every node's final state; where it was asked for
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

  WorldOptions options_;
  SignatureMemory memory_;
  std::shared_ptr<BlobPool> pool_ = std::make_shared<BlobPool>();
  Stage stage_;
  CityLife life_{stage_};
  Faults faults_{stage_};
  MonoTime last_delivery_{};
  std::uint64_t bytes_ = 0;  // sent by all nodes
};

}  // namespace koinon::sim
