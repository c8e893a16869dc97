// What an engine is given and gives: configuration, outputs, and what an operator sees. Plain data; see
// node/engine/engine.h.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/evidence.h"
#include "crypto/log_state.h"
#include "node/engine/intents.h"
#include "proto/base/limits.h"
#include "proto/codec/filter.h"

namespace koinon {

struct Now {
  MonoTime mono{};
  UnixMillis wall;
};

// What the mark outside the data folder says of the store (node/replication/mark.h).
enum class MarkSays : unsigned char {
  kNone,    // nothing, or that the store is ahead of it: no reason to sign
  kAgrees,  // the store is the one that was written last
  kBehind,  // the store is an older one: proof of a rollback
};

// What is known at the start of whether this node may sign; see standing.h.
struct StandingConfig {
  MarkSays mark = MarkSays::kNone;
  bool restored = false;      // the store comes from a backup, or a rollback was proven and not answered yet
  UnixMillis rolled_back_at;  // when a rollback was found out last; 0: with this start, or never
  bool alone = false;         // the operator's standing word: it can only send, and signs without answers
  std::vector<NodeKey> without;       // the operator's word: peers whose answers are not waited for
  std::chrono::milliseconds wait{0};  // until fewer answers suffice; 0: limits::kSigningWait
};

// Our own log was taken back: its keys, and a head of as many entries as that keeps, signed with our key.
struct RecoveredLog {
  KeyHistory keys;
  StoredHead head;
};

struct EngineConfig {
  NodeKey node_key;
  std::optional<PublicKey> signing_key;   // with which we sign our own log; none: that is not looked at
  std::optional<RecoveredLog> recovered;  // where its store may lack what the recovery keeps
  std::string agent;
  BodyFilter filter;
  std::size_t window = 0;  // credit lent to each peer, bytes; 0: limits::kWindowBytes
  unsigned trust_hops = 2;
  unsigned trust_paths = 1;
  std::size_t trust_admits = 0;  // cities through any one voucher; 0: limits::kVouchAdmits
  // From falling out of policy to removal, in time that the node runs; 0: limits::kGrace.
  std::chrono::milliseconds grace{0};
  std::uint64_t log_entries = 0;        // quota of one log; 0: limits::kLogEntries
  std::uint64_t log_bytes = 0;          // of one at one hop, less further off; 0: limits::kLogBytes
  std::uint64_t attachments_up_to = 0;  // files of at most so many bytes come with their notes
  std::uint64_t stripe = 0;  // entries of our own log asked of one peer at a time; 0: limits::kStripe
  bool refilter = false;     // the store's bodies may follow another filter
  std::chrono::milliseconds ping_interval{0};  // 0: limits::kPingInterval
  StandingConfig standing;
  OwnEpochs epochs;
  CosignatureMaker cosign;     // none: this node cosigns nothing
  bool cosigner_lost = false;  // what its cosigner key signed last may be forgotten: it signs nothing more
};

// Outputs
struct SendBytes {
  SessionId session;
  Bytes bytes;
};
struct CloseSession {
  SessionId session;
  Error reason;
};
struct Event {
  enum class Kind {
    kSessionReady,  // peer, log; size: so many entries of our own log it says to hold
    kSessionEnded,  // peer, text
    kLogAdvanced,   // log, size: it stands whole at size
    kForked,        // log, text, fork, peer if it told us: evidence was kept, the log is frozen
    kKeyReplaced,   // log, size, text, peer that told us: a statement replaced its signing key
    kKeysNamed,     // log, size: entries below it name other keys of its node, or such entries are void
    kTakenBack,     // log, size, text, peer that told us: its recovery key has voided what stood beyond size
    kStatementsKept,  // log, text: statements that were brought here are durable, or what we have instead;
                      // with a text: they are not, and why
    kPeerLied,        // peer, text
    kStanding,        // what Engine::signing says has changed
    kRolledBack,  // peer or none, text: our store is older than it was, or comes from a backup; again at each
                  // start until we sign again
    kCameBack,    // log, size, text: our own log was pulled back up to size
    kCannotShow,  // peer, size: it claims a larger head of our log, and does not show it
    kStoreFailed,    // text: commits fail, fetching waits
    kFilterApplied,  // the bodies of every log follow our filter
    kTrusted,        // log: policy admits it from now on
    kDistrusted,     // log: policy admits it no longer; it will be removed after the grace time
    kRemoved,        // log, size: its data were removed
    kReachAsked,     // peer, text: it asks us to dial it, and tells others this address; PROTOCOL.md,
                     // "Reaching back", says what may be dialled. Engine::on_dialled takes what came of it
    kReachTold,      // peer: it has answered whether it reaches us; Engine::reaches says what
    kNotice,         // peer, text
  };
  Kind kind = Kind::kNotice;
  NodeKey peer;
  LogId log;
  TreeSize size;
  std::string text;
  ForkKind fork = ForkKind::kTwoHeads;
};
using Output = std::variant<SendBytes, CloseSession, Intent, Event>;

// So much at once, and so much a second afterwards. Plain arithmetic over the caller's clock.
struct Allowance {
  double left = 0;  // below 0: more was taken than was there, and time makes up for it
  double at_once = 0;
  double per_second = 0;
  MonoTime at{};

  static Allowance of(double at_once, double per_second, MonoTime now) {
    return {at_once, at_once, per_second, now};
  }
  double left_at(MonoTime now) const {
    return std::min(at_once, left + per_second * std::chrono::duration<double>(now - at).count());
  }
  bool is_open(MonoTime now) const { return left_at(now) >= 0; }
  // Takes it, whether it is there or not. However much is missing, nobody waits longer than
  // kLongestPause.
  void take(double amount, MonoTime now) {
    const double least = -per_second * std::chrono::duration<double>(limits::kLongestPause).count();
    left = std::max(left_at(now) - amount, least);
    at = now;
  }
};

// What a session did, for the operator's eyes and the metrics.
struct SessionCounts {
  std::uint64_t heads_in = 0;
  std::uint64_t records_in = 0;
  std::uint64_t copies_in = 0;  // records received, whether new or not
  std::uint64_t pushes_in = 0;
  std::uint64_t duplicates_in = 0;  // pushes of what was here already
  std::uint64_t bodies_in = 0;
  std::uint64_t bodies_not_held = 0;  // asked for in vain
  std::uint64_t records_out = 0;
  std::uint64_t pushes_out = 0;
  std::uint64_t bodies_out = 0;
  std::uint64_t file_bytes_in = 0;
  std::uint64_t file_bytes_out = 0;
};

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
  bool for_good = false;            // frozen, and nothing thaws it
  bool thawed = false;              // it was frozen, and goes on by the operator's word
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

// Whether this node may sign, and whom or what it waits for.
enum class SigningState : unsigned char {
  kSigns,
  kAsks,          // whether our store is the newest copy of our log
  kBehind,        // a larger head of ours was shown: our log is pulled back
  kForked,        // heads of ours contradict each other
  kTwin,          // another node runs with our key
  kStopsForGood,  // the store lacks our current key
};
struct StandingView {
  SigningState state = SigningState::kAsks;
  // kAsks: peers that have held our log and have not answered. kBehind, where nobody has shown how much there
  // is: those that are asked for it.
  std::vector<NodeKey> waits_for;
  std::size_t answered = 0;  // kAsks: of those that have held it, and were not excused
  std::optional<UnixMillis>
      fewer_after;              // kAsks: then more than half suffice, or none if nobody ever held it
  bool needs_word = false;      // kAsks: no answer is to be had and time does not help; the operator decides
  TreeSize held;                // entries of our log
  TreeSize shown;               // kBehind: the largest head that was shown
  NodeKey shown_by;             // kBehind: nobody, where it is known from before
  bool recovery_keeps = false;  // kBehind: our last recovery says how much there is
  bool nobody_serves = false;   // kBehind: for limits::kPullBack nothing has come
  bool pulls_back = false;      // others have more of our log, and it is coming back; whatever the state
  bool rolled_back = false;     // it is known that the store is an older one, or comes from a backup
  UnixMillis rolled_back_at;    // when that was found out last, in whatever run; 0: never
  std::vector<NodeKey> cannot_show;  // peers that claim a larger head, and do not show it
  bool operator==(const StandingView&) const = default;
};

// Which question to its peers a node asks about its own log: each that it begins has another number.
struct SigningQuestion {
  Epoch epoch;               // of this start, or begun since
  std::uint64_t number = 0;  // in it, and since the start
  bool operator==(const SigningQuestion&) const = default;
};
// What a peer that no line reaches says of our log, carried here. Whoever reads it in has checked the peer's
// signature over all of it, and ours under the head.
struct BroughtAnswer {
  NodeKey peer;
  SigningQuestion question;
  std::optional<StoredHead> head;  // the largest of our log that it ever saw; none: it saw none
  bool caught_up = false;          // it had followed each peer that it reaches
};

// How a peer has behaved since this engine began.
struct Conduct {
  // Sessions that ended because of what does not verify, or breaks a rule; forgotten after a day.
  unsigned lies = 0;
  std::string last_lie;
  MonoTime last_lie_at{};
  MonoTime shunned_until{};
  unsigned sessions = 0;  // that began
  // What it may send, over all its sessions: a new connection renews nothing. Beyond it, it is read more
  // slowly.
  Allowance heads = Allowance::of(limits::kHeadsAtOnce, limits::kHeadsPerSecond, {});
  Allowance requests = Allowance::of(limits::kRequestsAtOnce, limits::kRequestsPerSecond, {});
  Allowance frames = Allowance::of(limits::kFramesAtOnce, limits::kFramesPerSecond, {});
  // How often we dial for it.
  Allowance reaches = Allowance::of(limits::kReachesAtOnce, limits::kReachesPerSecond, {});

  // It was asked and brought next to nothing: others are asked before it.
  unsigned slow = 0;  // times; forgotten after an hour
  MonoTime slow_until{};

  bool is_slow(MonoTime now) const { return now < slow_until; }
  bool may_send(MonoTime now) const {
    return heads.is_open(now) && requests.is_open(now) && frames.is_open(now);
  }
};

// What a peer says that was asked whether it reaches us.
struct ReachStanding {
  NodeKey peer;
  std::string asked_about;                  // the address that we told it
  std::string dialled;                      // HOST:PORT, as it says; empty: none
  std::optional<v1::ReachOutcome> outcome;  // none: it has not answered
  MonoTime at{};                            // when it did
};

// A file that is being fetched.
struct FileStanding {
  std::uint32_t stored = 0;  // chunks
  std::optional<NodeKey> source;
  std::string trouble;  // what was in the way last
};

}  // namespace koinon
