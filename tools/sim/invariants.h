// The rules that must hold. Safety is checked while a simulation runs, liveness after it has calmed down.
// DESIGN 12.
//
// Safety, at every step of an honest node: A store only holds what its author signed and wrote. A node sends
// nothing of a log outside its policy. A published record survives a crash after publish has answered. A
// cursor only covers rows whose entries are stored, or durably remembered to be asked for. No honest node is
// taken for a liar. A log that policy admits is never removed; any other is not removed before the node has
// run for the grace time. What a recovery keeps of a log is lost nowhere, however many a node has missed. An
// erased body never comes back. A frozen log stays frozen until its city
// takes it back, and none is frozen whose keys nobody has stolen. Two connected nodes that hold two histories
// of a log find that out, and whoever follows the log is told, with the next announcement. What a recovery
// keeps, and what was hidden for less than the grace time, is lost nowhere; what was hidden for longer is
// gone. A key is not believed by who knows that it was replaced. No log takes more than
// its quota. A disk with space is not taken for a full one. If two nodes dial each other at once, one of the
// two connections stays.
//
// Of a node's own log, whatever was put back from a copy: It is not continued past a head that a peer had
// seen which has answered, or that one had whom such a peer had followed. A node signs for a reason that
// DESIGN 4 names. A peer says of a log no less than it has seen. Only a store that was put back is taken for
// older than it was. No lie keeps a node from signing. No follower has passed what its source holds and it
// does not.
//
// Liveness, after faults have ended: Every honest node signs, and has its own log back if a peer has it.
// Honest nodes that pinned each other have one connection. Every honest node holds all that its policy admits
// and an honest peer can give, and the bodies that it wants. Erased bodies are gone. Every missing body is
// marked. If two honest neighbours hold two histories of a log, both have frozen it.
//
// Of cosignatures: cosign_watch.h. After faults have ended, the newest head of each honest node's log bears
// there the lines of all honest peers that hold it whole and may cosign.
#pragma once

#include <deque>
#include <functional>

#include "tools/sim/cosign_watch.h"
#include "tools/sim/fork_watch.h"
#include "tools/sim/heads_seen.h"
#include "tools/sim/keys_seen.h"
#include "tools/sim/policy_oracle.h"
#include "tools/sim/texts_kept.h"
#include "tools/sim/truth.h"

namespace koinon::sim {

// So many of what a network lacks are named; it may lack much.
inline constexpr std::size_t kMostLacking = 20;

struct Broken {
  MonoTime at{};
  std::string node;
  std::string what;
};

struct KeepingRules {
  MonoTime grace{};             // how long a node runs before it removes a log that left its policy
  std::uint64_t log_bytes = 0;  // how much a node takes of one log; 0: any number
  std::chrono::milliseconds erase_grace{0};  // for which it keeps what was erased, unread
  bool slow_answers = false;                 // some of its reads and checks take up to some seconds
};

class Invariants {
 public:
  Invariants(Schedule& schedule, Truth& truth, std::vector<std::unique_ptr<SimNode>>& nodes,
             const Fabric& fabric, Counters& counters, PolicyRules rules, KeepingRules keeping, bool eager);

  // Safety. Liars are not checked.
  void check_frames(SimNode& from, SessionId session, BytesView bytes);
  void committing(SimNode& node, const IntentBody& body);
  void check_committed(SimNode& node, const IntentBody& body);
  // Its store is about to take these; it is about to sign, and has signed.
  void committing(SimNode& node, const std::vector<Intent>& intents) { texts_.committing(node, intents); }
  void signing(SimNode& node) { texts_.signing(node); }
  void published(SimNode& node, const RunCommit& run);
  // The cosigner of a node, a liar or not, has signed, inside a transaction.
  void cosigning(SimNode& node, const Checkpoint& checkpoint, const CosignatureLine& line,
                 const PublicKey& key) {
    cosigned_.signing(node, checkpoint, line, key);
  }
  void check_restart(SimNode& node);
  // An honest node takes another for a liar.
  void check_accusation(const SimNode& node, const NodeKey& accused, const std::string& of);
  void policy_changed(SimNode& node);
  // A node's clock shows another time now. Its engine looks every few minutes for vouches that lapse.
  void clock_jumped(SimNode& node);
  void check_event(SimNode& node, const Event& event);
  // Checks that no honest nodes turn each other away.
  void check_shunned();
  // Checks two nodes that dialled each other a while ago. At that time `opened` connections had been opened
  // between them.
  void check_race(SimNode& a, SimNode& b, const Fabric& fabric, std::uint64_t opened_before);
  void store_changed(const SimNode& node);  // the store changed without a commit that reports it
  // A city has taken its log back: what anybody saw of it before is void.
  void taken_back(SimNode& node);
  void recovering(SimNode& node, const RecoveryCommit& recovery) { texts_.recovering(node, recovery); }
  void recovered(SimNode& node, const RecoveryCommit& recovery);
  void vouched(SimNode& node, const std::vector<VouchFact>& vouches);
  // Compares all that a node's store holds with the truth.
  void check_store(SimNode& node);

  // Its own log (invariants_own_log.cpp). What an author has signed is added to the truth here.
  enum class Signed : unsigned char {
    kOn,        // after all that it ever signed
    kReplaced,  // in place of entries that a restored store has lost, and that nobody had seen
    kForked,    // the same, and somebody had seen them who had no say
  };
  Signed signed_own(SimNode& node, const std::vector<StoredRecord>& records);
  // Its store is open, and its engine does not run yet. `older`: the store was put back, or made anew.
  void starting(SimNode& node, bool older);
  // Its machine has been stopped, and asks anew.
  void resumed(SimNode& node);
  void word_given(const SimNode& node, const std::vector<NodeKey>& without);
  void check_standing(SimNode& node);
  void check_rolled_back(const SimNode& node);  // its engine says that its store is an older one
  void note_seen(const SimNode& node, const IntentBody& body);  // what it has stored, a liar or not
  void frames_of_liar(SimNode& from, SessionId session, BytesView bytes);
  void received(const SimNode& to, SessionId session, std::uint64_t bytes) {
    if (eager_) seen_.received(to, session, bytes);
  }
  // A copy of its folder is made; from it, it is put back.
  void copied(const SimNode& node);
  void put_back(const SimNode& node);
  void wiped(const SimNode& node);
  // Every few minutes.
  void look();

  // Liveness: the rules that do not hold yet.
  std::vector<Broken> unsettled();

  const std::vector<Broken>& broken() const { return broken_; }
  std::uint64_t frames_checked() const { return frames_checked_; }

 private:
  struct Policy {
    bool stale = true;   // must be computed anew
    bool unread = true;  // its vouches must be read anew
    VouchBook book;
    std::set<LogId> trusted;
    MonoTime computed_at{};
    std::map<LogId, MonoTime> left_at;
    std::map<LogId, MonoTime> entered_at;
    std::optional<MonoTime> jumped_at;  // its clock
  };
  // What a node has published and kept so far.
  struct Keeping {
    std::map<LogId, MonoTime> out_at;  // how long it had run when its engine stopped trusting the log
    std::map<LogId, std::uint64_t>
        frozen;                          // evidence against them is kept; how often they had been taken back
    std::map<LogId, TreeSize> standing;  // so much of them a recovery keeps that it commits
    std::deque<MonoTime> failures;       // when its engine reported a failing store although there was space
  };
  // What is true of a node and its own log.
  struct Own {
    Keeping kept;               // when its folder was copied
    bool older = false;         // its store was put back once
    bool newest = false;        // at its start: the mark agrees, and no entry of its own is missing
    bool signs = false;         // its engine says so
    bool went_on = false;       // it has signed with good reason what its store has, however much it had lost
    bool kept_went_on = false;  // when its folder was copied
    MonoTime asks_since{};
    std::set<NodeKey> excused;            // by the operator's word
    MonoTime word_at{};                   // then it was given last
    std::optional<MonoTime> could_since;  // since then more than half of those who must answer could
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

  // invariants_own_log.cpp
  SimNode* node_of(const NodeKey& key);
  std::map<NodeIndex, StoreState> states();
  static void add_state(SimNode& node, std::map<NodeIndex, StoreState>& all);
  std::vector<NodeKey> awaited(SimNode& node);
  std::size_t can_answer(SimNode& node, const std::vector<NodeKey>& peers, bool now);
  bool may_wait(SimNode& node);
  void check_reason(SimNode& node, Own& own);
  void check_fork(SimNode& node, EntryIndex first);
  void check_signed_once(SimNode& node, const std::vector<StoredRecord>& records);
  void check_told(SimNode& from, SessionId session, const v1::Frame& frame);
  void check_waiting(SimNode& node);
  void check_cursors(SimNode& node);
  void check_cursors(SimNode& node, const StoreState& state, const std::map<NodeIndex, StoreState>& all);
  bool has_all(SimNode& node, const AuthoredLog& log);
  void add_sources(SimNode& node, std::set<LogId>& mine);  // logs that it has all of
  void check_own_bodies(SimNode& node, const AuthoredLog& log,
                        const std::map<NodeIndex, std::set<LogId>>& gets, std::vector<Broken>& out);
  void check_own_files(SimNode& node, const AuthoredLog& log,
                       const std::map<NodeIndex, std::set<LogId>>& gets, std::vector<Broken>& out);
  void check_own_settled(SimNode& node, const std::map<NodeIndex, std::set<LogId>>& gets,
                         std::vector<Broken>& out);

  // invariants_stolen.cpp: two histories of a log, and who is frozen for that
  void check_recovered(SimNode& node, const LogId& log);
  void adopt(SimNode& node, const std::vector<StoredRecord>& records);
  std::uint64_t recoveries_known(SimNode& node, const LogId& log) const;
  void check_freeze(SimNode& node, const LogId& log);
  void check_frozen(SimNode& node, bool restarted);
  bool has_long_admitted(SimNode& node, const LogId& log);
  void look_at_stolen();

  // invariants_keeping.cpp: kept logs, and erased bodies
  void check_removal(SimNode& node, const LogId& log);
  void check_erased(SimNode& node, const LogId& log, EntryIndex index);
  void check_quota(SimNode& node, const LogId& log, std::uint64_t bytes);
  void check_store_failed(SimNode& node, const Event& event);
  void check_connected(SimNode& node, std::vector<Broken>& out);
  void check_cosigned(SimNode& node, std::vector<Broken>& out) const;
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
  bool eager_;  // true: policies are computed before each change; false: only when they are needed
  std::map<NodeIndex, Policy> policies_;
  std::map<NodeIndex, Keeping> keeping_;
  std::map<NodeIndex, Own> own_;
  HeadsSeen seen_;
  KeysSeen keys_;
  TextsKept texts_;
  ForkWatch forks_;
  CosignWatch cosigned_;
  bool any_older_ = false;  // the store of some node was put back
  unsigned looks_ = 0;
  std::map<NodeKey, SimNode*> by_key_;
  std::size_t indexed_ = 0;  // of nodes_, in by_key_
  std::vector<Broken> broken_;
  std::uint64_t frames_checked_ = 0;
};

std::string clock_text(MonoTime time);

}  // namespace koinon::sim
