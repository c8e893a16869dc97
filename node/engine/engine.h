// The protocol of Koinon as a sans-IO state machine: bytes, time and completions in; bytes, intents and
// events out. No sockets, threads, files, clocks or random sources. PROTOCOL.md specifies what it speaks.
//
// One thread owns an Engine. After every input the caller takes the outputs and carries them out in order;
// see node/engine/intents.h for what completions promise. Memory: a few hundred bytes a log, and per
// session at most the credit lent (limits::kWindowBytes) plus one send queue (limits::kSendQueueBytes).
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "node/engine/engine_types.h"
#include "node/engine/trust.h"

namespace koinon {

namespace engine {
struct Link;
struct Parts;
}  // namespace engine

class Engine {
 public:
  Engine(EngineConfig config, StoreState state, Now now);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Inputs. A TLS connection with a pinned peer stands; says who dialled.
  void on_connected(Now now, SessionId session, NodeKey peer, bool dialled_by_us);
  void on_bytes(Now now, SessionId session, BytesView bytes);
  // The transport has given `bytes` of the queue to the network.
  void on_sent(Now now, SessionId session, std::size_t bytes);
  void on_closed(Now now, SessionId session, const std::string& why = "the connection was closed");
  void on_completion(Now now, Completion completion);
  void on_tick(Now now);
  // Our own log was extended and is durable. `state` is its new state. Comes before the completions of
  // commits that were carried out later.
  void on_own_head(Now now, const LogState& state, const std::vector<VouchFact>& vouches,
                   const std::vector<WithdrawalFact>& withdrawals);
  void on_peer_added(Now now, const PeerRecord& peer);
  void on_peer_removed(Now now, const NodeKey& peer);
  // The operator blocks a city, or no longer.
  void on_blocked(Now now, const LogId& log, bool blocked);
  // The operator has thawed the log of another city; the store knows it already.
  void on_thawed(Now now, const LogId& log);
  // Statements of a log came outside a session, their signatures verified; `teller` brought them. What goes
  // on from ours is learned as if it had come with a head; what contradicts ours is left to the caller.
  // Event::Kind::kStatementsKept follows.
  void on_statements(Now now, const KeyHistory& told, const NodeKey& teller);
  // Somebody knocked whose node key is not pinned here.
  void on_knock(Now now, const NodeKey& key);
  // The clock jumped against the boot clock, or the boot id changed: the machine was stopped and went on, or
  // this is a copy of it. Comes before any other input of that time.
  void on_resumed(Now now);
  // The operator's word: our log is signed without the answers of these peers, until they return. `alone`:
  // also if no peer ever held our log.
  void on_word(Now now, const std::vector<NodeKey>& without, bool alone = false);
  // An answer about our log that was carried here; see brought_answers.h for what is refused.
  Status on_answer(Now now, const BroughtAnswer& answer);
  // What our cosigner key signed last may be forgotten, so that it signs nothing more; or our log names
  // another one, and the setting kCosignerLost is gone.
  void on_cosigner(Now now, bool lost);
  // What it must name. Nothing: the disk was full at our start, and our epoch has not begun yet.
  std::optional<SigningQuestion> question() const;
  // Asks peers whether they reach us at this address, HOST:PORT. Event::Kind::kReachTold says that one has
  // answered; some never do.
  void ask_reaches(Now now, const std::string& address);
  // What came of Event::Kind::kReachAsked; `address`: that was dialled, or empty.
  void on_dialled(Now now, const NodeKey& peer, v1::ReachOutcome outcome, const std::string& address);
  // Somebody wants a file that a record names; the store knows it already.
  void want_file(Now now, const AttachmentWant& want);
  // Our own filter changed: bodies are fetched or released.
  void set_filter(Now now, BodyFilter filter);
  // Asks every session to end with a reason; outputs the last bytes and the closes.
  void shut_down(Now now);

  // When on_tick has something to do at the latest. Any tick before is allowed and costs little.
  MonoTime next_tick() const;

  // Outputs since the last call, in order.
  std::vector<Output> take_outputs();
  // The claims to names that have changed since the last call, each as it stands now. Take them before the
  // outputs: what the outputs bring about may be looked up by name.
  std::vector<NameClaim> take_claims();

  // For the transport. Whether a peer has lied lately, so that no connection with it should be made yet. One
  // that is made all the same is ended at once.
  bool shuns(Now now, const NodeKey& peer) const;
  // False while the peer has given us more to verify than we take at once, or more than it may send; do not
  // read from it then, and ask again a few milliseconds later. Becomes true with time alone, after
  // limits::kLongestPause at most where the peer sent too much.
  bool wants_bytes(Now now, SessionId session) const;

  // Whether this node may sign. Event::Kind::kStanding says when it has changed; until the first it may not.
  const StandingView& signing() const;
  // For the operator's eyes.
  const TrustPolicy& trust() const;
  std::vector<SessionInfo> sessions() const;
  const Conduct* conduct(const NodeKey& peer) const;
  std::size_t pending_intents() const;
  const LogState* log(const LogId& id) const;
  JournalSeq peer_cursor(const NodeKey& peer) const;  // how far we are in that peer's journal
  // The largest head that was ever seen of a peer's log or of ours, held or not; 0: none was.
  TreeSize seen_size(const LogId& id) const;
  // Of the bodies that are missing only this one is said; with none given none is.
  LogStanding standing(const LogId& id, std::optional<EntryIndex> body) const;
  LogStanding standing(const LogId& id) const;  // with all that are missing, up to limits::kMissingBodies
  const BodyFilter& filter() const;
  std::vector<ReachStanding> reaches() const;                      // of those that were asked last
  std::optional<FileStanding> file(const AttachmentId& id) const;  // none: it is not being fetched
  std::size_t bodies_missing() const;     // wanted for ourselves and being looked for
  const std::set<LogId>& frozen() const;  // logs that have forked, admitted or not
  std::vector<LogId> for_good() const;    // those of them that nothing thaws
  std::vector<LogId> thawed() const;      // that have, and go on by the operator's word
  // For tests: which of the lists that spare a walk over all logs is not what that walk would find; empty:
  // all are right.
  std::string wrong_list() const;

 private:
  // Works off an input: its time holds for all of it, and the links that it ended are settled at its end.
  template <typename Handler>
  void input(Now now, const Handler& handler);
  void settle_links();
  void begin_policy();
  void refresh_trust();
  void handle_bytes(engine::Link& link, BytesView bytes);
  void on_error_frame(engine::Link& link, const v1::Error& error);
  void check_timers(engine::Link& link);
  void wake_rested();

  std::unique_ptr<engine::Parts> parts_;
};

}  // namespace koinon
