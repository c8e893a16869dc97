// One simulation: the nodes of a scenario, what they do, which faults they meet, and whether all invariants
// held.
#pragma once

#include <ostream>

#include "tools/sim/city_life.h"
#include "tools/sim/faults.h"
#include "tools/sim/stage.h"

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
  void on_committing(SimNode& node, const std::vector<Intent>& intents) override;
  void on_committed(SimNode& node, const IntentBody& body) override;
  void on_signing(SimNode& node) override;
  void on_published(SimNode& node, const RunCommit& run) override;
  void on_cosigning(SimNode& node, const Checkpoint& checkpoint, const CosignatureLine& line,
                    const PublicKey& key) override;
  void on_event(SimNode& node, const Event& event) override;
  void on_recovering(SimNode& node, const RecoveryCommit& recovery) override;
  void on_recovered(SimNode& node, const RecoveryCommit& recovery) override;
  void on_taken_back(SimNode& node, TreeSize size) override;
  void on_starting(SimNode& node, bool older) override;
  void on_restart(SimNode& node) override;
  void on_resumed(SimNode& node) override;
  void on_received(SimNode& to, SessionId session, std::size_t bytes) override;

 private:
  void cast_liars();
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
  void remember(SimNode& node, const std::vector<StoredRecord>& records);
  void speak_up(SimNode& node);
  void note_standing(SimNode& node);
  void count_cosigned();
  Hash digest();
  bool run_until(MonoTime end);

  WorldOptions options_;
  SignatureMemory memory_;
  std::shared_ptr<BlobPool> pool_ = std::make_shared<BlobPool>();
  Stage stage_;
  CityLife life_{stage_};
  Faults faults_{stage_};
  MonoTime last_delivery_{};
  std::uint64_t bytes_ = 0;  // bytes that all nodes have sent
};

}  // namespace koinon::sim
