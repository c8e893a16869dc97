// How long two connected nodes hold two histories of a log, or one of them its evidence, until the other
// knows. It is looked at whenever something changes, and then each second.
#pragma once

#include <functional>
#include <map>
#include <tuple>

#include "tools/sim/sim_node.h"
#include "tools/sim/truth.h"

namespace koinon::sim {

class ForkWatch {
 public:
  struct Rules {
    // Whether the node's policy has admitted the log for a while.
    std::function<bool(SimNode&, const LogId&)> admits;
    std::function<bool(SimNode&, SimNode&, const LogId&)> contradict;  // what they hold stands whole
    std::function<void(const SimNode&, std::string)> fail;
    bool slow_answers = false;  // some reads and checks take up to some seconds
  };
  ForkWatch(Schedule& schedule, const Truth& truth, const std::vector<std::unique_ptr<SimNode>>& nodes,
            const Fabric& fabric, Rules rules)
      : schedule_(schedule), truth_(truth), nodes_(nodes), fabric_(fabric), rules_(std::move(rules)) {}

  // The node has taken something of the log.
  void log_grown(SimNode& node, const LogId& log);
  // It has kept evidence against the log's author: whoever follows the log is told.
  void evidence_kept(SimNode& node, const LogId& log);
  // The two have a session.
  void session_ready(SimNode& node, SimNode& peer);
  // Looks at all nodes and logs. Their policies may have changed.
  void look();

 private:
  enum class Lacks : unsigned char {
    kNothing,
    kFork,      // the two hold two histories, and neither knows
    kEvidence,  // the same, and the peer knows
    kNews,      // it holds no other history than its peer, who knows of one
  };
  // Who lacks it, whose peer, of which log.
  using Which = std::tuple<NodeIndex, NodeIndex, LogId>;
  struct Case {
    Lacks lacks = Lacks::kNothing;
    MonoTime first{};            // it has lacked it since
    MonoTime since{};            // and could have had it, undisturbed, since
    std::uint64_t dealings = 0;  // connections of the two that began or were cut
  };

  bool has_parted(const LogId& log) const;
  void consider(SimNode& node, SimNode& peer, const LogId& log, bool is_news);
  Lacks lacks(SimNode& node, SimNode& peer, const LogId& log);
  bool is_disturbed(SimNode& node, SimNode& peer, const LogId& log, Case& one) const;
  // Looks at a case again. False: it has ended.
  bool goes_on(SimNode& node, SimNode& peer, const LogId& log, Case& one);
  void arm();

  Schedule& schedule_;
  const Truth& truth_;
  const std::vector<std::unique_ptr<SimNode>>& nodes_;
  const Fabric& fabric_;
  Rules rules_;
  std::map<Which, Case> cases_;
  bool armed_ = false;
};

}  // namespace koinon::sim
