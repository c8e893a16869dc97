// The node of one city in the simulation. Engine, store and own log are those of production. The work of the
// daemon's threads runs in virtual time. Dialling, backoff, the tick, vouching and the grouping of commits
// use the daemon's rules.
#pragma once

#include <deque>

#include "node/engine/engine.h"
#include "node/engine/verify.h"
#include "node/publishing/own_log.h"
#include "node/replication/dialler.h"
#include "node/replication/tick.h"
#include "node/replication/vouching.h"
#include "node/replication/write_group.h"
#include "tools/sim/disk.h"
#include "tools/sim/fabric.h"
#include "tools/sim/machine_clock.h"
#include "tools/sim/machine_mark.h"
#include "tools/sim/sim_cosigner.h"
#include "tools/sim/sim_office.h"

namespace koinon::sim {

class SimNode;
class Liar;

// Remembers verified signatures, so that each is verified once for all nodes. Proofs and bodies of runs are
// always checked.
class SignatureMemory {
 public:
  SignatureMemory();
  const SignatureChecks& checks() const { return checks_; }
  std::uint64_t verified() const { return notes_.size() + geneses_.size() + cosignatures_.size(); }

 private:
  std::unordered_map<Bytes, Result<KeyHistory::Head>> notes_;
  std::unordered_map<Bytes, Result<LogKeys>> geneses_;
  std::unordered_map<Bytes, Result<std::uint64_t>> cosignatures_;
  SignatureChecks checks_;
};

// The simulation hears of events by these functions.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_frames(SimNode& from, SessionId session, BytesView bytes) = 0;
  // Its store is about to take these, in one transaction; then it has taken one of them.
  virtual void on_committing(SimNode& node, const std::vector<Intent>& intents) = 0;
  virtual void on_committed(SimNode& node, const IntentBody& body) = 0;
  virtual void on_signing(SimNode& node) = 0;
  virtual void on_published(SimNode& node, const RunCommit& run) = 0;
  // Its cosigner has signed, inside a transaction that is not committed yet.
  virtual void on_cosigning(SimNode& node, const Checkpoint& checkpoint, const CosignatureLine& line,
                            const PublicKey& key) = 0;
  virtual void on_event(SimNode& node, const Event& event) = 0;
  // Its city is about to take its log back; its store has taken that; so many entries are left.
  virtual void on_recovering(SimNode& node, const RecoveryCommit& recovery) = 0;
  virtual void on_recovered(SimNode& node, const RecoveryCommit& recovery) = 0;
  virtual void on_taken_back(SimNode& node, TreeSize size) = 0;
  // Its store is open, and its engine does not run yet. `older`: the store was put back, or made anew.
  virtual void on_starting(SimNode& node, bool older) = 0;
  virtual void on_restart(SimNode& node) = 0;
  // Its machine has been stopped, and its engine is told so.
  virtual void on_resumed(SimNode& node) = 0;
  virtual void on_received(SimNode& to, SessionId session, std::size_t bytes) = 0;
};

struct NodeSetup {
  SigningKey key(const char* role) const;

  std::string name;
  Place place;
  std::uint64_t seed = 0;
  bool dialling_only = false;
  bool cosigns = true;  // heads of other cities
  EngineConfig engine;
  std::chrono::milliseconds skew{0};
  double drift = 0;            // of its clock, as a share
  double slow_answers = 0;     // share of its reads and checks whose answer takes up to some seconds
  bool late_listener = false;  // the node that dialled has its session one flight earlier than the other
};

struct Surroundings {
  Schedule& schedule;
  Fabric& fabric;
  Counters& counters;
  SignatureMemory& memory;
  Observer& observer;
};

class SimNode final : public Endpoint {
 public:
  // No engine waits so long.
  static constexpr std::chrono::hours kNoNet{24};

  SimNode(Surroundings around, NodeSetup setup, std::unique_ptr<Disk> disk);
  ~SimNode() override;

  // --- its life ---
  void start();
  void crash(bool silent);
  void restart();
  void crash_soon();  // while it writes
  bool up() const { return engine_ != nullptr; }
  void set_full(bool full) { disk_.set_full(full, around_.schedule.now()); }
  void set_slow(bool slow) { slow_ = slow; }
  bool writes_slowly() const { return slow_; }
  bool reads_wait() const { return reading_ || !reads_.empty(); }  // for the one reader
  void set_clock(std::chrono::milliseconds off);
  std::chrono::milliseconds clock_off() const { return clock_.off(); }

  // --- copies of its folder and of its machine (sim_node_restoring.cpp) ---
  void copy_folder();  // as it is now, with what the mark says of it; replaces an earlier copy
  bool has_copy() const { return copied_mark_.has_value(); }
  enum class Parts : unsigned char { kStoreAndOffice, kStore, kOffice };
  // Its process ends, and these parts of its folder are as the copy has them. `reboots`: the machine as well,
  // and its mark is gone. It is down then.
  bool put_back(Parts parts, bool reboots);
  // Its process ends and its store is gone; its keys are left. It is down then, and makes a store anew when
  // it restarts.
  void lose_disk(bool reboots);
  // The whole machine is as the copy has it, its process with it, which is told at once.
  void resume_from_copy();
  // The machine was stopped for a moment, and its process is told.
  void resume();
  // Its city takes the log back with its recovery key: what was signed beyond `size` is void, and a new key
  // signs. It is up again then, with no mark, as on another machine. False: that cannot be.
  bool take_back(TreeSize size, const SigningKey& key, bool new_words = false);
  // The same where its machine is gone, and it has its recovery words and one invite: it begins with an empty
  // store, without a mark, and with this peer alone, which holds so many entries. What it keeps comes from
  // there. To be called after lose_disk.
  bool take_back_with(SimNode& inviter, TreeSize size, const SigningKey& key);
  // Its process ends, its store is changed behind its back, and it is up again. False: that failed.
  bool rewrite_store(const std::function<Status(Store&)>& change);
  // Its process ends when it signs next: between the commit and the mark, on one side or the other.
  void end_while_signing() { ends_while_signing_ = true; }
  void end_while_cosigning() { ends_while_cosigning_ = true; }
  MarkSays mark_says() const { return mark_says_; }  // at its last start
  void give_word(const std::vector<NodeKey>& without);
  std::vector<NodeKey> excused();  // what the store keeps of the operator's word
  // Its office has a look at what was set aside after a rollback, and has it signed. False: there is nothing.
  bool release_set_aside();

  // --- its operator and its office ---
  void pin(SimNode& other);  // like `peer add` with a vouch
  void unpin(SimNode& other);
  void publish(Draft draft);
  void publish(DraftMaker maker, std::function<void(const Result<Published>&)> done = {});
  void set_filter(BodyFilter filter);
  void block(const LogId& log, bool blocked);
  void put_file(std::shared_ptr<const CutAttachment> file);  // for the note that is published next
  void want_file(const AttachmentWant& want);

  // --- Endpoint ---
  void on_bytes(SessionId session, BytesView bytes) override;
  void on_sent(SessionId session, std::size_t bytes) override;
  void on_closed(SessionId session) override;
  bool wants_bytes(SessionId session) const override;

  // --- for those who look on ---
  NodeIndex index() const { return index_; }
  const std::string& name() const { return setup_.name; }
  const Place& place() const { return setup_.place; }
  LogId log() const { return own_.id(); }
  const LogIdentity& identity() const { return own_.identity(); }
  NodeKey node_key() const { return node_key_; }
  const SigningKey& signing_key() const { return signing_; }  // its first
  // Of the keys that it had made for its log, those that its store has in the log's current origin: the last
  // one signs.
  std::vector<SigningKey> keys_of_origin();
  bool dialling_only() const { return setup_.dialling_only; }
  bool cosigns() const { return setup_.cosigns; }
  PublicKey cosigner_key() const { return cosigner_.key(); }  // in use; while it is up
  const BodyFilter& filter() const { return filter_; }
  const std::set<LogId>& blocked() const { return blocked_; }
  std::vector<SimNode*> peers() const;
  Store& store() { return disk_.store(); }
  const Engine& engine() const { return *engine_; }
  Engine& engine() { return *engine_; }
  Now now() const { return clock_.now(); }
  UnixMillis wall() const { return clock_.wall(); }
  std::uint64_t acknowledged() const {
    return acknowledged_;
  }  // entries of our log whose publish was answered
  // How long it has run, over all its lives.
  MonoTime ran() const { return clock_.ran(); }
  std::uint64_t life() const { return clock_.life(); }
  // Whether its disk has had space for some time.
  bool has_space() const { return disk_.has_space(around_.schedule.now()); }
  // The time by which the grace time of what is erased counts.
  std::chrono::milliseconds grace_clock() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(ran());
  }
  // By that clock: since this start all is gone whose grace time was over then; and when something may have
  // gone last, in all its lives.
  std::chrono::milliseconds folded_at() const { return folded_at_; }
  std::chrono::milliseconds latest_fold() const { return latest_fold_; }
  bool has_erased(BytesView body) const { return disk_.has_erased(body); }
  bool peers_with(const SimNode& other) const { return peers_.contains(other.node_key_); }
  bool connected_to(const SimNode& other) const;
  // Whether one of the two can dial the other.
  bool can_meet(const SimNode& other) const { return !setup_.dialling_only || !other.setup_.dialling_only; }
  std::vector<SessionId> sessions() const;
  NodeKey peer_of(SessionId session) const { return sessions_.at(session); }
  std::optional<MonoTime> admitted_since(const LogId& log) const;

  Liar* liar() const { return liar_.get(); }
  void set_liar(std::unique_ptr<Liar> liar);
  // Dials a peer now, unless it is being dialled already or connected.
  void dial_now(const SimNode& other);
  // Sends a liar's own bytes on a session.
  void inject(SessionId session, Bytes bytes);
  void hang_up(SessionId session);

 private:
  Status open_store();
  void load_engine(bool resumed = false);
  void stop(bool silent);
  void end_process();
  Status make_store_anew();
  Result<KeyHistory> recovery_of(StoreReader& shown, TreeSize size, const SigningKey& key,
                                 bool new_words) const;
  Status recover_store(const KeyHistory& history);
  void sign_with(const SigningKey& key);
  void drop_old_recovery();
  void fold();
  bool may_sign() const;
  void sign_what_waits();
  void keep(DraftWrite draft);
  void after_input();
  void carry_out(Output output);
  void carry_out_intent(Intent intent);
  void complete(Completion completion, MonoTime delay);
  MonoTime time_to_answer(const IntentBody& body);
  void read_in_turn(Intent intent);
  void read_next();
  void on_event(const Event& event);
  void arm_tick();

  template <typename Write>
  void write(Write write);
  void write_soon();
  void write_group();
  void commit(const std::vector<Intent>& intents);
  void sign(const std::vector<DraftWrite>& drafts);
  bool ended_while(bool& ends);

  // sim_node_cosigning.cpp
  void begin_cosigning(EngineConfig& config);
  Result<CosignatureLine> cosign(const Checkpoint& checkpoint, UnixMillis at);
  void watch_cosigner();
  void renew_cosigner();
  void name_next_cosigner();
  void end_loss();
  Status lose_cosigner();

  bool power_went();
  // The operator makes a change, and tries again if there is no answer.
  void change(std::function<Status(Store&)> apply);
  void repeat_changes();
  void store_pin(const SimNode& other);
  PeerRecord record_of(const SimNode& other) const;

  void look_for_dials();
  void dial(const Dialler::Attempt& attempt);
  void settle_dial(const Dialler::Attempt& attempt, SimNode& there, bool answers);
  void session_ended(const NodeKey& key);
  void shaken(SimNode& other);
  void connected(SessionId session, SimNode& other, bool dialled_by_us);
  void consider_vouch(const NodeKey& key);
  template <typename Act>
  void later(MonoTime delay, Act act);

  Surroundings around_;
  NodeSetup setup_;
  MachineClock clock_;
  MachineDisk disk_;
  Chance chance_;
  SigningKey node_;
  SigningKey signing_;
  std::vector<SigningKey> later_keys_;  // that it had made for its log
  NodeKey node_key_;
  OwnLog own_;
  SimCosigner cosigner_;
  OwnEpochs epochs_;
  NodeIndex index_ = 0;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Liar> liar_;
  BodyFilter filter_;
  BodyFilter applied_filter_;
  std::map<NodeKey, SimNode*> peers_;
  std::map<SessionId, NodeKey> sessions_;
  std::optional<Vouching> vouching_;     // set while it runs
  std::optional<Dialler> dialler_;       // set while it runs
  MonoTime looks_at_ = MonoTime::max();  // when it next looks whom to dial
  std::map<LogId, MonoTime> admitted_;
  std::set<LogId> blocked_;
  WriteQueue queue_;
  bool writing_ = false;
  std::deque<Intent> reads_;  // intents that wait for the one reader
  bool reading_ = false;
  bool slow_ = false;
  bool draining_ = false;
  MachineMark mark_;
  MarkSays mark_says_ = MarkSays::kNone;
  std::optional<MachineMark> copied_mark_;  // with the copy of the folder
  bool refilter_ = false;                   // the store's bodies may follow another filter
  bool older_ = false;                      // the store was put back since the last start
  bool anew_ = false;                       // the store is empty
  bool ends_while_signing_ = false;
  bool ends_while_cosigning_ = false;
  bool renewing_ = false;                  // its log is to name another cosigner key
  std::optional<RecoveredLog> recovered_;  // where its store may lack what its recovery keeps
  std::chrono::milliseconds folded_at_{0};
  std::chrono::milliseconds latest_fold_{0};
  SimOffice office_;
  std::uint64_t acknowledged_ = 0;
  Tick tick_{kNoNet};
  std::uint64_t tick_number_ = 0;
};

template <typename Write>
void SimNode::write(Write write) {
  queue_.add(std::move(write));
  write_soon();
}

// Schedules an act that only runs in this life.
template <typename Act>
void SimNode::later(MonoTime delay, Act act) {
  around_.schedule.after(delay, [this, life = life(), act = std::move(act)]() mutable {
    if (life == this->life() && up()) act();
  });
}

}  // namespace koinon::sim
