// What must hold, checked while a simulation runs (safety) and once it has calmed down (liveness). DESIGN 12.
//
// Safety, at every step of an honest node: nothing enters a store that its author did not sign and write;
// nothing leaves a node of a log outside its policy; what publish has answered survives a crash; a cursor
// covers only rows whose entries are stored or durably remembered to be asked for; no honest node is taken
// for a liar; no log that policy admits is removed, and no other before its node has run for the grace time;
// what was erased never comes back; what is frozen stays so; of no log more is held than its quota; a disk
// with space is not taken for one without; of two connections that two nodes dial at once one stays.
// Liveness, once faults have ended: honest nodes that pinned each other are connected, once; every honest
// node holds whole what its policy admits and an honest peer can give, and the bodies that it wants; erased
// bodies are gone; every body that lacks is marked; where two honest neighbours hold two histories, both have
// frozen the log.
#pragma once

#include <deque>
#include <functional>

#include "tools/sim/policy_oracle.h"
#include "tools/sim/truth.h"

namespace koinon::sim {

struct Broken {
  MonoTime at{};
  std::string node;
  std::string what;
};

struct KeepingRules {
  MonoTime grace{};             // that a node runs before it removes what left its policy
  std::uint64_t log_bytes = 0;  // that it takes of one log; 0: any number
};

class Invariants {
 public:
  Invariants(Schedule& schedule, Truth& truth, std::vector<std::unique_ptr<SimNode>>& nodes,
             PolicyRules rules, KeepingRules keeping, bool eager)
      : schedule_(schedule),
        truth_(truth),
        nodes_(nodes),
        rules_(rules),
        keeping_rules_(keeping),
        eager_(eager) {}

  // Safety. Liars are not asked.
  void check_frames(SimNode& from, SessionId session, BytesView bytes);
  void check_committed(SimNode& node, const IntentBody& body);
  void check_restart(SimNode& node);
  // An honest node takes another for a liar.
  void check_accusation(const SimNode& node, const NodeKey& accused, const std::string& of);
  void policy_changed(SimNode& node);
  // A node's clock tells another time now. Its engine looks at what lapses every few minutes.
  void clock_jumped(SimNode& node);
  void check_event(SimNode& node, const Event& event);
  // Honest nodes that turn each other away, at any time.
  void check_shunned();
  // Two nodes dialled each other a while ago, when so many connections had been opened between them.
  void check_race(SimNode& a, SimNode& b, const Fabric& fabric, std::uint64_t opened_before);
  void store_changed(const SimNode& node);  // in ways that no commit tells
  void vouched(SimNode& node, const std::vector<VouchFact>& vouches);
  // Everything that a node's store holds, against the truth.
  void check_store(SimNode& node);

  // Liveness: the sentences of what is not yet so.
  std::vector<Broken> unsettled();

  const std::vector<Broken>& broken() const { return broken_; }
  std::uint64_t frames_checked() const { return frames_checked_; }

 private:
  struct Policy {
    bool stale = true;   // to be computed anew
    bool unread = true;  // its vouches are to be read anew
    VouchBook book;
    std::set<LogId> trusted;
    MonoTime computed_at{};
    std::map<LogId, MonoTime> left_at;
    std::map<LogId, MonoTime> entered_at;
    std::optional<MonoTime> jumped_at;  // its clock
  };
  // What a node has said and kept so far.
  struct Keeping {
    std::map<LogId, MonoTime>
        out_at;              // how long it had run when its engine said that it trusts the log no longer
    std::set<LogId> frozen;  // evidence against them is kept
    std::deque<MonoTime> failures;  // when its engine said that its store fails, though there was space
  };
  void fail(const SimNode& node, std::string what);
  const Policy& policy_of(SimNode& node);
  bool trusts(SimNode& node, const LogId& log);
  void check_sent_log(SimNode& from, SessionId session, BytesView log_id, const char* in);
  std::map<NodeIndex, std::set<LogId>> obtainable();
  bool body_obtainable(SimNode& node, const LogId& log, EntryIndex index,
                       const std::map<NodeIndex, std::set<LogId>>& gets);
  void check_chunk(const SimNode& node, const ChunkCommit& commit);
  MonoTime lag(const Policy& policy) const;

  // invariants_keeping.cpp: what is kept, and what stays gone
  void check_removal(SimNode& node, const LogId& log);
  void check_erased(SimNode& node, const LogId& log, EntryIndex index);
  void check_frozen(SimNode& node);
  void check_quota(SimNode& node, const LogId& log, std::uint64_t bytes);
  void check_store_failed(SimNode& node, const Event& event);
  void check_connected(SimNode& node, std::vector<Broken>& out);
  void check_files_settled(SimNode& node, const std::map<NodeIndex, std::set<LogId>>& gets,
                           std::vector<Broken>& out);
  bool file_obtainable(SimNode& node, const AttachmentWant& want,
                       const std::map<NodeIndex, std::set<LogId>>& gets);
  void check_log_settled(SimNode& node, const AuthoredLog& log,
                         const std::map<NodeIndex, std::set<LogId>>& gets, std::vector<Broken>& out);
  std::string asked_in_vain(SimNode& node, const LogId& log, EntryIndex index) const;
  void check_forks(std::vector<Broken>& out);
  bool contradict(SimNode& a, SimNode& b, const LogId& log);

  Schedule& schedule_;
  Truth& truth_;
  std::vector<std::unique_ptr<SimNode>>& nodes_;
  PolicyRules rules_;
  KeepingRules keeping_rules_;
  bool eager_;  // policies are computed before each change; without, only when asked for
  std::map<NodeIndex, Policy> policies_;
  std::map<NodeIndex, Keeping> keeping_;
  std::vector<Broken> broken_;
  std::uint64_t frames_checked_ = 0;
};

std::string clock_text(MonoTime time);

}  // namespace koinon::sim
