// The truth of what each cosigner has signed, what of it has left its node, and in which order. It is kept
// beside the nodes, from what their keys sign and what they send, without the store's own account.
//
// No cosigner key signs two histories of a log, or goes back. What has left was held whole, and a crash
// forgets neither the entries nor that they were cosigned. After proof of a rollback no key signs that was
// used before. A store keeps lines that verify, of cities that its policy admits, and not too many.
//
// Only what has left counts: what a crash took with it nobody knows. A store that was put back, and of which
// nothing proves that, may have its cosigner go back: that is counted, as a fact of life.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "koinon/v1/wire.pb.h"
#include "tools/sim/sim_node.h"
#include "tools/sim/truth.h"

namespace koinon::sim {

class CosignWatch {
 public:
  struct Rules {
    std::function<bool(SimNode&, const LogId&)> admits;  // or did a moment ago
    std::function<void(const SimNode&, std::string)> fail;
  };
  CosignWatch(const Truth& truth, Counters& counters, Rules rules)
      : truth_(truth), counters_(counters), rules_(std::move(rules)) {}

  // Its store is open, and its engine does not run yet. `older`: the store was put back, or made anew.
  void starting(SimNode& node, bool older);
  // Something proves that its store is older than it was.
  void rolled_back(const SimNode& node);
  // Its cosigner has signed, inside a transaction.
  void signing(SimNode& node, const Checkpoint& checkpoint, const CosignatureLine& line,
               const PublicKey& key);
  // An honest node has committed this; it sends this.
  void committed(SimNode& node, const IntentBody& body);
  void sent(SimNode& from, const v1::Cosignatures& frame);
  // What the store of an honest node keeps.
  void check_store(SimNode& node);
  // All is calm: whose line the newest head of the node's log lacks, of peers that are connected with it and
  // owe it one. Empty: nobody's.
  std::vector<std::string> lacking(SimNode& node) const;

 private:
  struct Statement {
    LastCosigned head;
    unsigned era = 0;  // of its node: how often its store had been put back
    bool left = false;
    std::vector<std::size_t> goes_back;    // statements before it that are larger
    std::vector<std::size_t> contradicts;  // of another tree than its own
  };
  // What one key has said of one log, in order.
  struct Said {
    NodeIndex cosigner = 0;
    std::string city;  // its name
    LogId log;
    bool honest = false;
    std::vector<Statement> statements;
    std::size_t compared_from =
        0;  // the last that has left: what came before agrees with it, or was reported
  };
  struct Place {
    Said* said = nullptr;
    std::size_t number = 0;
  };
  // What has left, and what must be in its store for it.
  struct Owed {
    LastCosigned head;
    bool held = false;  // and the entries: nothing has taken them away since
  };
  struct Cosigner {
    unsigned era = 0;
    std::set<PublicKey> used;
    std::set<PublicKey> lost;  // used before a rollback that was proven
    std::map<LogId, Owed> owed;
  };

  void check_signing(SimNode& node, const LogId& log, const LastCosigned& head, const PublicKey& key);
  static void compare(SimNode& node, const Said& said, Statement& next);
  void leaves(SimNode& from, Said& said, std::size_t number);
  void report(SimNode& from, const Said& said, const Statement& before, const Statement& after,
              const char* how);
  void owe(SimNode& node, const LogId& log, const LastCosigned& head);
  void check_owed(SimNode& node, const LogId& log, Owed& owed);
  void check_lines(SimNode& node, const LogId& log, const CosignedHead& head);
  std::vector<CosignedHead> check_kept(SimNode& node, const LogId& log);
  // Whether a key has made this line of this head. Nothing: none did whose lines are known here.
  std::optional<bool> was_signed(const LogId& log, const CosignedHead& head,
                                 const CosignatureLine& line) const;
  bool verifies(SimNode& node, const LogId& log, const CosignedHead& head, const CosignatureLine& line) const;
  std::string name_of(const LogId& log) const;

  const Truth& truth_;
  Counters& counters_;
  Rules rules_;
  std::map<std::pair<PublicKey, LogId>, Said> said_;
  std::unordered_map<Bytes, Place> lines_;  // by name and signature
  std::map<NodeIndex, Cosigner> cosigners_;
};

}  // namespace koinon::sim
