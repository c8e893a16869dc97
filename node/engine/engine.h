// The protocol of Koinon as a sans-IO state machine: bytes, time and completions in; bytes, intents and
// events out. No sockets, threads, files, clocks or random sources. PROTOCOL.md specifies what it speaks.
//
// One thread owns an Engine. After every input the caller takes the outputs and carries them out in order;
// see node/engine/intents.h for what completions promise. Memory: a few hundred bytes a log, and per
// session at most the credit lent (limits::kWindowBytes) plus one send queue (limits::kSendQueueBytes).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <variant>
#include <vector>

#include "crypto/evidence.h"
#include "node/engine/intents.h"
#include "node/engine/session.h"
#include "node/engine/trust.h"

namespace koinon {

struct Now {
  MonoTime mono{};
  UnixMillis wall;
};

struct EngineConfig {
  NodeKey node_key;
  std::string agent;
  BodyFilter filter;
  std::size_t window = 0;  // credit lent to each peer, bytes; 0: limits::kWindowBytes
  unsigned trust_hops = 2;
  unsigned trust_paths = 1;
  std::size_t trust_admits = 0;  // cities through any one voucher; 0: limits::kVouchAdmits
  // From falling out of policy to removal, in time that the node runs; 0: limits::kGrace.
  std::chrono::milliseconds grace{0};
  std::uint64_t log_entries = 0;               // quota of one log; 0: limits::kLogEntries
  std::uint64_t log_bytes = 0;                 // of one at one hop, less further off; 0: limits::kLogBytes
  std::uint64_t attachments_up_to = 0;         // files of at most so many bytes come with their notes
  bool refilter = false;                       // the store's bodies may follow another filter
  std::chrono::milliseconds ping_interval{0};  // 0: limits::kPingInterval
};

// Outputs
struct SendBytes {
  SessionId session;
  Bytes bytes;
};
struct CloseSession {
  SessionId session;
  Error reason;
  bool lied = false;  // the peer sent what does not verify: back off long
};
struct Event {
  enum class Kind {
    kSessionReady,   // peer, log
    kSessionEnded,   // peer, text
    kLogAdvanced,    // log, size: it stands whole at size
    kForked,         // log, text, peer if it told us: evidence was kept, the log is frozen
    kPeerLied,       // peer, text
    kStopSigning,    // size: somebody holds more of our log than we do
    kStoreFailed,    // text: commits fail, fetching waits
    kFilterApplied,  // the bodies of every log follow our filter
    kTrusted,        // log: policy admits it from now on
    kDistrusted,     // log: policy admits it no longer; it will be removed after the grace time
    kRemoved,        // log, size: its data were removed
    kNotice,         // peer, text
  };
  Kind kind = Kind::kNotice;
  NodeKey peer;
  LogId log;
  TreeSize size;
  std::string text;
};
using Output = std::variant<SendBytes, CloseSession, Intent, Event>;

// What an operator sees of a session.
struct SessionInfo {
  SessionId id;
  NodeKey peer;
  bool dialled_by_us = false;
  bool ready = false;
  std::string agent;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::size_t queued = 0;
  SessionCounts counts;
  BodyFilter filter;
  // The peer's wall clock less our monotonic one: what it shows at any time, though ours be set meanwhile.
  std::optional<std::int64_t> wall_less_mono_ms;
};

// Where a log stands, for explanations.
struct LogStanding {
  bool frozen = false;
  bool over_quota = false;          // a head claimed more entries than are taken
  std::uint64_t bytes = 0;          // held of it
  std::uint64_t bytes_allowed = 0;  // that are taken of it; 0: our own, all
  bool resting = false;             // it brought more than is taken, at all or in a while
  bool fetching = false;
  std::vector<NodeKey> offered_by;                    // peers that offer more than is held
  std::vector<std::pair<NodeKey, TreeSize>> held_by;  // connected peers, and up to which size they said so
  std::map<EntryIndex, std::vector<NodeKey>>
      missing;  // bodies looked for, and the peers asked for them in vain
  // Peers that announced a body again and again and never gave it; they are not asked for it.
  std::map<EntryIndex, std::vector<NodeKey>> disbelieved;
};

// How a peer has behaved since this engine began.
struct Conduct {
  unsigned lies =
      0;  // sessions ended because of what does not verify, or breaks a rule; forgotten after a day
  std::string last_lie;
  MonoTime last_lie_at{};
  MonoTime shunned_until{};
  unsigned sessions = 0;  // that began
  // What it may send, over all its sessions: a new connection renews nothing. Beyond it, it is read more
  // slowly.
  Allowance heads = Allowance::of(limits::kHeadsAtOnce, limits::kHeadsPerSecond, {});
  Allowance requests = Allowance::of(limits::kRequestsAtOnce, limits::kRequestsPerSecond, {});
  Allowance frames = Allowance::of(limits::kFramesAtOnce, limits::kFramesPerSecond, {});

  // It was asked and brought next to nothing: others are asked before it.
  unsigned slow = 0;  // times; forgotten after an hour
  MonoTime slow_until{};

  bool is_slow(MonoTime now) const { return now < slow_until; }
  bool may_send(MonoTime now) const {
    return heads.is_open(now) && requests.is_open(now) && frames.is_open(now);
  }
};

// A file that is being fetched.
struct FileStanding {
  std::uint32_t stored = 0;  // chunks
  std::optional<NodeKey> source;
  std::string trouble;  // what was in the way last
};

struct MissingBody;  // engine_log.h
struct Fetch;
struct TakenChunk;
struct FileFetch;
struct HeldChunk;

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
  void on_own_head(Now now, const LogState& state, const std::vector<VouchFact>& vouches);
  void on_peer_added(Now now, const PeerRecord& peer);
  void on_peer_removed(Now now, const NodeKey& peer);
  // The operator blocks a city, or no longer.
  void on_blocked(Now now, const LogId& log, bool blocked);
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

  // For the operator's eyes.
  const TrustPolicy& trust() const { return trust_; }
  std::vector<SessionInfo> sessions() const;
  // Whether a peer has lied lately, so that no connection with it should be made yet. One that is made all
  // the same is ended at once.
  bool shuns(Now now, const NodeKey& peer) const;
  const Conduct* conduct(const NodeKey& peer) const;
  // False while the peer has given us more to verify than we take at once, or more than it may send; do not
  // read from it then, and ask again a few milliseconds later. Becomes true with time alone, after
  // limits::kLongestPause at most where the peer sent too much.
  bool wants_bytes(Now now, SessionId session) const;
  std::size_t pending_intents() const { return pending_.size(); }
  const LogState* log(const LogId& id) const;
  JournalSeq peer_cursor(const NodeKey& peer) const;  // how far we are in that peer's journal
  // Of the bodies that are missing only this one is said; with none given none is.
  LogStanding standing(const LogId& id, std::optional<EntryIndex> body) const;
  LogStanding standing(const LogId& id) const;  // with all that are missing, up to limits::kMissingBodies
  const BodyFilter& filter() const { return config_.filter; }
  std::optional<FileStanding> file(const AttachmentId& id) const;  // none: it is not being fetched
  std::size_t bodies_missing() const { return bodies_missing_; }  // wanted for ourselves and being looked for
  const std::set<LogId>& frozen() const { return frozen_; }       // logs that have forked, admitted or not
  // For tests: which of the lists that spare a walk over all logs is not what that walk would find; empty:
  // none.
  std::string misfiled() const;

 private:
  struct Log;
  using Continuation = std::function<void(Now, Result<Answer>)>;

  // engine_sessions.cpp: the life of a session
  void greet(Now now, Session& session, const PeerRecord& peer);
  bool resolve_duplicate(Now now, Session& session);
  void on_hello(Now now, Session& session, const v1::Hello& hello);
  void become_ready(Now now, Session& session);
  void on_error_frame(Now now, Session& session, const v1::Error& error);
  void check_timers(Now now, Session& session);
  const char* overdue(Now now, const Session& session) const;
  MonoTime next_of_gets(const Session& session) const;
  MonoTime ping_interval() const;
  void bodies_refused(Now now, Session& session, std::uint64_t request_id);
  void check_liveness(Now now, Session& session);
  void end_session(Now now, Session& session, v1::ErrorCode code, const Error& reason, bool lied);
  void drop_session(Now now, SessionId id, const std::string& why);
  void note_lie(Now now, const Session& session, const std::string& what);

  // engine.cpp: inputs, dispatch, sending
  void handle_frame(Now now, Session& session, v1::Frame frame, std::size_t size);
  bool may_come(Now now, Session& session, const v1::Frame& frame, std::size_t size);
  void count_frame(Now now, const Session& session, const v1::Frame& frame);
  Session* find(SessionId id);
  Session* session_of(const NodeKey& peer);
  void send(Session& session, const v1::Frame& frame);
  void send_bytes(Session& session, Bytes bytes);
  void issue(IntentBody body, Continuation then);
  void emit(Event event) { outputs_.emplace_back(std::move(event)); }
  void notice(const NodeKey& peer, std::string text);
  void return_credit(Session& session, std::size_t bytes);

  // engine_policy.cpp: what is admitted, wanted and kept
  void begin_policy(Now now);
  TrustChange recompute_trust(Now now);
  void refresh_trust(Now now);
  std::string name_of(const LogId& id) const;
  void enter_policy(Now now, const LogId& id);
  void readmit(Log& log);
  void leave_policy(Now now, const LogId& id);
  void remember_asks(const std::vector<LogId>& logs);
  void forget_outside_asks();
  void ask_settled(const NodeKey& peer, const LogId& log);
  std::chrono::milliseconds grace() const;
  std::chrono::milliseconds lived(Now now) const;
  void save_lived(Now now);
  void remove_expired(Now now);
  void remove_log(Now now, Log& log);
  void tell_missing(LogStanding& out, EntryIndex index, const MissingBody& body) const;
  void apply_filters(Now now);
  void apply_filter(Now now, Log& log);
  void apply_filter_from(Now now, Log& log, EntryIndex from);

  struct Offer;

  // engine_lists.cpp: of which logs something is due, so that nothing walks all of them
  struct Due {
    bool whole = false;  // admitted, and nothing stands whole
    bool frozen = false;
    bool unread = false;   // the store may know of bodies to be looked for
    bool lacking = false;  // bodies are looked for
    bool waiting = false;  // and not only because nobody had them
    bool filter = false;   // its bodies follow an older filter than ours
  };
  Due due_of(const LogId& id) const;
  // After any change of what due_of reads.
  void refile(const LogId& id);
  void set_body_retry(Log& log, std::optional<MonoTime> at);
  // After any change of the log's offers or fetch that concerns the session.
  void file_source(const Log& log, SessionId id);
  void keep_offer(Log& log, const Offer& offer);
  void drop_offer(Log& log, SessionId source);
  void settle_offers(Now now, Log& log);

  // engine_following.cpp: what a peer's journal brings
  void on_heads(Now now, Session& session, const v1::Heads& heads);
  void on_cursor(Now now, Session& session, const v1::Cursor& cursor);
  void on_push(Now now, Session& session, v1::Push push, std::size_t size);
  bool expected_heads(Now now, Session& session, const v1::Heads& heads);
  Result<std::optional<Offer>> read_offer(Session& session, const v1::Head& head, bool in_journal);
  void verify_offers(Now now, Session& session, std::vector<Offer> offers);
  void consider(Now now, const Offer& offer);
  Log& log_of(const Offer& offer);
  bool contradicts(Now now, Log& log, const Offer& offer);
  void check_old_head(Now now, const Offer& offer);
  void old_head_differs(Now now, const Offer& offer);
  void keep_evidence(Now now, Log& log, TreeSize at, const SignedTree& ours, const SignedTree& theirs);
  void freeze(Now now, Log& log, const v1::Evidence& evidence, const NodeKey& teller);
  void commit_evidence(const LogId& id, const Bytes& evidence, std::optional<Event> event);
  void save_cursors(Now now);
  void on_evidence(Now now, Session& session, const v1::Evidence& evidence);
  void tell_evidence(Session& session, const LogId& log);
  void settle_row(Now now, SessionId session, const LogId& log, JournalSeq row, bool answered = true);
  std::optional<PeerCursor> cursor_after(const Session& session, const LogId& log, JournalSeq row) const;
  void note_saved(Session& session, JournalSeq seq);
  void save_cursor(Now now, Session& session);
  void ask_for(Session& session, const std::vector<LogId>& logs);
  void send_head_requests(Session& session);
  void lie(Now now, Session& session, const Error& error);
  std::uint64_t log_entries_quota() const;

  // engine_quota.cpp: how much is taken of a log
  std::uint64_t log_bytes_quota(const LogId& id) const;
  double intake_left(Now now, Log& log);
  void count_intake(Now now, Log& log, std::uint64_t bytes);
  bool is_full(const Log& log) const;
  bool takes_more(Now now, Log& log);
  void note_bytes(Log& log, std::uint64_t order, std::uint64_t bytes);
  void rest_if_full(Now now, Log& log);
  void rest(Now now, Log& log);
  void rest_a_while(Now now, Log& log);
  void ask_later(const NodeKey& peer, const LogId& log);
  void wake_rested(Now now);

  // engine_fetching.cpp: getting entries
  struct StoredRun;
  void schedule_fetch(Now now, const LogId& id);
  void retry_fetches(Now now);
  void queue_fetch(Session& session, const LogId& id);
  std::deque<LogId> take_queue(Session& session);
  void start_fetches(Now now, Session& session);
  void start_fetch(Now now, Session& session, Log& log);
  void begin_fetch(Now now, Log& log, const Offer& offer, std::uint64_t request_id);
  void on_chunk(Now now, Session& session, v1::Chunk chunk, std::size_t size);
  Status take_chunk(Now now, Log& log, v1::Chunk chunk, std::size_t size, Bytes head_note);
  void on_run_verified(Now now, const LogId& id, const TakenChunk& chunk, Result<Answer> answer);
  void commit_verified(Now now, Log& log);
  void commit_run(Now now, Log& log, RunVerified run, const TakenChunk& chunk);
  void on_run_stored(Now now, const LogId& id, std::uint64_t generation, SessionId source, StoredRun run,
                     const Result<Answer>& answer);
  void note_bodies(Log& log, SessionId source, const StoredRun& run);
  void on_store_failed(Now now, Log& log, std::uint64_t generation, const Error& error);
  void fail_store(Now now, const LogId& log, const Error& error);
  void abandon_fetch(Now now, Log& log, bool forget_source);
  void log_is_whole(Now now, Log& log);
  std::uint64_t begin_commit();
  void end_commit(Now now, std::uint64_t commit, const LogId& log, JournalSeq row);
  void fork_in_chunk(Now now, Log& log, const RunVerified& run);
  void release(Now now, SessionId source, std::size_t size);

  // engine_pace.cpp: requests that bring next to nothing, and whom to ask instead
  const Offer* best_offer(Now now, const Log& log) const;
  void check_pace(Now now, Session& session);
  bool trickles(Now now, const Session& session, Fetch& fetch) const;
  bool note_slow(Now now, const NodeKey& peer);
  void cancel(Now now, Session& session, std::uint64_t request_id);
  void late_answer(Now now, Session& session, std::uint64_t request_id, bool last);
  bool has_unended(Now now, const Session& session) const;

  // engine_bodies.cpp: bodies that are missing, and where to get them
  void look_for_bodies(Now now, const LogId& id);
  bool takes_bodies(const Log& log) const;
  void read_unheld(Log& log);
  void on_unheld(Now now, const LogId& id, const std::vector<StoredRecord>& records);
  void add_missing(Log& log, EntryIndex index, BytesView entry, MissingBody body);
  void ask_for_bodies(Now now, Log& log);
  Session* holder_of(const Log& log, EntryIndex index, const MissingBody& body, unsigned round);
  bool ask_round(Now now, Log& log, unsigned round);
  void send_get_bodies(Now now, Session& session, Log& log, const std::vector<EntryIndex>& indexes,
                       std::uint32_t hops);
  void on_bodies(Now now, Session& session, v1::Bodies bodies, std::size_t size);
  Status take_body(Session& session, Log& log, v1::BodyAnswer& answer, VerifyBodies& check);
  void on_bodies_verified(Now now, SessionId source, const LogId& id, VerifyBodies check, std::size_t size,
                          const Result<Answer>& answer);
  void commit_bodies(Now now, SessionId source, Log& log, VerifyBodies check,
                     std::vector<AttachmentFact> files, std::size_t size);
  void on_bodies_stored(Now now, const LogId& id, const std::vector<EntryIndex>& indexes);
  void on_have(Now now, Session& session, const v1::Have& have);
  void body_not_held(Session& session, Log& log, EntryIndex index);
  void relay_request(const Session& session, std::uint32_t hops_left, Log& log, const StoredRecord& record);
  void note_not_held(Session& session, const LogId& log, const v1::Chunk& chunk);
  bool somebody_is_free() const;
  void look_for_waiting_bodies(Now now);
  void look_for_all_bodies(Now now);
  void give_up_slow_bodies(Now now, Session& session);
  void forget_session_bodies(Now now, SessionId id);
  void retry_bodies(Now now);

  // engine_attachments.cpp: files that notes name
  void begin_file(Now now, const AttachmentWant& want, std::uint32_t hops, std::optional<SessionId> asker);
  void commit_want(Now now, FileFetch& file);
  void file_not_stored(Now now, const AttachmentId& id, const Error& error);
  void restart_file(Now now, FileFetch& file);
  void give_up_request(Now now, FileFetch& file);
  void end_file(Now now, const AttachmentId& id);
  void end_files_of(Now now, const LogId& log, std::optional<EntryIndex> index);
  std::vector<AttachmentWant> wants_of(const LogId& log, const std::vector<AttachmentFact>& facts) const;
  void look_for_file(Now now, FileFetch& file);
  Session* file_holder(const FileFetch& file, unsigned round);
  void send_get_attachment(Now now, Session& session, FileFetch& file, std::uint32_t hops);
  void on_attachment_chunk(Now now, Session& session, v1::AttachmentChunk chunk, std::size_t size);
  void on_file_chunk_verified(Now now, const AttachmentId& id, std::uint64_t generation, HeldChunk held,
                              const Result<Answer>& answer);
  void commit_file_chunk(Now now, FileFetch& file, HeldChunk held);
  void finish_file(const AttachmentId& id);
  void file_refused(Now now, Session& session, std::uint64_t request_id);
  void on_get_attachment(Now now, Session& session, const v1::GetAttachment& request);
  void pump_files(Now now, Session& session);
  void serve_chunk(Now now, Session& session, std::uint64_t number, const Result<Answer>& answer);
  bool look_further(Now now, Session& session, FileServing request, const AttachmentState& state);
  void wake_file_servings(Now now, const AttachmentId& id, std::optional<std::uint32_t> stored);
  void forget_session_files(Now now, SessionId id);
  std::vector<AttachmentId> file_ids() const;
  void look_for_all_files(Now now);
  void run_file_timers(Now now);
  MonoTime next_file_timer() const;
  void set_file_retry(FileFetch& file, MonoTime at);

  // engine_gossip.cpp: what is new, told live
  struct PushKey {
    LogId log;
    TreeSize from;
    TreeSize to;
    auto operator<=>(const PushKey&) const = default;
  };
  void announce(Now now, const std::vector<LogId>& logs);
  bool can_push(const Session& session, const Log& log) const;
  void start_push(Session& session, const Log& log);
  void on_push_read(const PushKey& key, const Result<Answer>& answer);
  void send_push(Session& session, const Log& log, const PushKey& key, const ServedRun& run);
  void prune(Session& session, const LogId& log);
  void on_prune(Now now, Session& session, const v1::Prune& prune);
  void on_follow(Now now, Session& session, const v1::Follow& follow);
  void send_rows(Now now, Session& session);
  void send_cursor(Session& session);
  void run_gossip_timers(Now now, Session& session);

  // engine_serving.cpp: giving entries
  static void fill_chunk(v1::Chunk& out, const ServedRun& run, const BodyFilter& filter);
  void on_get(Now now, Session& session, const v1::Get& get);
  void on_get_heads(Now now, Session& session, const v1::GetHeads& request);
  void on_get_bodies(Now now, Session& session, const v1::GetBodies& request);
  void pump_bodies(Now now, Session& session);
  void send_bodies(Now now, Session& session, const std::vector<StoredRecord>& records, TreeSize held);
  void pump(Now now, Session& session);
  void on_run_read(Now now, SessionId id, std::uint64_t number, Result<Answer> answer);
  void on_cancel(Now now, Session& session, const v1::Cancel& cancel);
  void send_head(Session& session, const Log& log, std::uint64_t request_id);
  v1::Head head_message(const Session& session, const Log& log) const;
  bool serves(const LogId& id) const;
  void answer_error(Session& session, v1::ErrorCode code, std::string message, std::uint64_t request_id);
  // For frames that need credit: sent at once, or when the peer lends more.
  void send_on_credit(Session& session, const v1::Frame& frame, std::uint64_t request_id = 0);
  void flush_outbox(Session& session);

  EngineConfig config_;
  JournalId journal_id_;
  std::optional<LogId> own_log_;
  std::map<LogId, std::unique_ptr<Log>> logs_;
  std::map<std::uint64_t, LogId> journal_;  // rows, newest per log
  JournalSeq last_row_;
  // Commits in the order given. A row enters the journal only when no commit before it is open, since that
  // one's row may be lower, and a follower's cursor never goes back.
  struct Commit {
    bool done = false;
    LogId log;
    JournalSeq row;  // 0: none
  };
  std::map<std::uint64_t, Commit> commits_;
  std::uint64_t next_commit_ = 1;
  std::map<NodeKey, PeerRecord> peers_;
  std::map<NodeKey, Conduct> conduct_;
  std::map<NodeKey, std::set<LogId>> asks_;  // heads to ask for by name
  TrustPolicy trust_;
  std::map<SessionId, std::unique_ptr<Session>> sessions_;
  std::unordered_map<IntentId, Continuation> pending_;
  std::uint64_t next_intent_ = 1;
  std::uint64_t next_generation_ = 1;
  std::uint64_t next_request_ = 1;
  std::map<PushKey, std::vector<SessionId>> push_reads_;
  std::size_t in_flight_ = 0;  // bytes of chunks received and neither stored nor dropped
  std::vector<Output> outputs_;
  std::uint64_t filter_number_ = 0;  // counts the filters that we have had
  std::size_t filters_running_ = 0;
  bool filter_changed_ = false;              // kFilterApplied has not been said of it yet
  std::map<AttachmentId, FileFetch> files_;  // being fetched
  MonoTime files_due_ = MonoTime::max();     // no later than what is due of any of them
  // See Due.
  std::set<LogId> not_whole_;
  std::set<LogId> frozen_;
  std::set<LogId> unread_;
  std::set<LogId> lacking_;
  std::set<LogId> waiting_;
  std::set<LogId> unfiltered_;
  std::set<std::pair<MonoTime, LogId>> retries_;  // Log::retry_bodies_at, in order
  std::set<SessionId> queued_;                    // those with a fetch_queue
  std::size_t bodies_missing_ = 0;
  std::set<LogId> outside_;         // logs held and outside our policy
  std::set<LogId> claims_changed_;  // logs whose claims to their names are to be told anew
  std::set<std::pair<MonoTime, LogId>>
      resting_;  // logs that brought more than we take, and until when they rest
  MonoTime next_trust_refresh_{};
  MonoTime started_{};
  std::chrono::milliseconds lived_before_{0};  // how long the node had run before this start
  std::chrono::milliseconds lived_saved_{0};   // what the store has of lived()
  MonoTime store_retry_at_{};
  bool store_failed_ = false;
  // Evidence that the store has not taken yet. Until it has, no cursor moves: a crash would forget the fork,
  // and the row that told of it would not be told again.
  struct Unkept {
    Bytes evidence;
    std::optional<Event> event;  // told once it is kept
    bool refused = false;        // for want of room: it is given to the store again
  };
  std::map<LogId, Unkept> unkept_evidence_;
  unsigned store_failures_ = 0;  // one after the other
  bool shutting_down_ = false;
};

}  // namespace koinon
