// The peers that are pinned, and what stands between us and each of them: which session is theirs, and what
// an operator is told of it.
//
// Lives on the network thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "node/engine/engine_types.h"
#include "node/transport/ending.h"

namespace koinon {

class Engine;

// What stands between us and a peer.
enum class PeerTrouble : unsigned char {
  kNone,            // connected, or nothing was tried yet
  kUnreachable,     // its address does not answer
  kOtherKey,        // at its address a node answers that has another key
  kNotPinnedThere,  // it has not pinned this node
  kRefusedThere,    // it refuses this node for a while
  kEnded,           // a session ended; the reason says why
};
std::string_view trouble_name(PeerTrouble trouble);
// What an operator is told of a peer that is paused.
inline constexpr const char* kPausedState = "paused by the operator";
// Why a connection ended, as a sentence for the operator.
std::string ending_text(Ending ending);

class Peers {
 public:
  struct Peer {
    PeerRecord record;
    std::string state = "not connected yet";  // a sentence for the operator
    std::optional<Error> why;                 // what `state` says, of an attempt that failed
    UnixMillis state_at;                      // since when it is connected, or of the last attempt
    UnixMillis away_since;                    // of one that is not connected
    PeerTrouble trouble = PeerTrouble::kNone;
    std::optional<SessionId> session;    // that stands
    std::optional<SessionId> explained;  // the session whose end `state` tells
  };
  using All = std::map<NodeKey, Peer>;

  // The engine outlives this, and says which sessions there are.
  Peers(const Engine& engine, std::function<UnixMillis()> wall, const std::vector<PeerRecord>& pinned);

  const All& all() const { return peers_; }
  bool contains(const NodeKey& key) const { return peers_.contains(key); }
  const PeerRecord* record(const NodeKey& key) const;
  // Also of a key that is awaited in the place of a pinned one.
  bool is_paused(const NodeKey& key) const;
  // Whether a node of that log is among them; and all logs that one is of.
  bool pins(const LogId& log) const;
  std::vector<LogId> logs() const;

  // A peer whose log names another node key than the one that is pinned: it may show either, and the pin
  // moves once it has shown the new one.
  struct Awaited {
    NodeKey pinned;
    NodeKey next;
    EntryIndex entry;  // of its log, that names the next one
    bool operator==(const Awaited&) const = default;
  };
  // Of one log; nothing: none is awaited. False: that is no news.
  bool await(const LogId& log, const std::optional<Awaited>& awaited);
  // The peer is to be told, once, that so many entries of its log are held: under which key. Nothing: no
  // other key is awaited, the entry that names it is not among them, or it was told.
  std::optional<NodeKey> take_to_tell(const LogId& log, TreeSize held);
  // The pinned key in whose place this one is awaited; and the one that is awaited in the place of this.
  std::optional<NodeKey> pinned_for(const NodeKey& next) const;
  std::optional<NodeKey> awaited_for(const NodeKey& pinned) const;

  // A peer that was pinned before has this record from now on.
  void add(PeerRecord record);
  void remove(const NodeKey& key) { peers_.erase(key); }
  // What an operator is told of a peer without a session is of the last attempt, with its time.
  void attempt_failed(const NodeKey& key, PeerTrouble trouble, const Error& why);

  void session_began(SessionId session, const NodeKey& key);
  void session_ready(const NodeKey& key);
  // The engine ends a session, and says why: that is what the operator is told when it has ended.
  void explain_end(SessionId session, const std::string& reason);
  // Its connection is gone, and the engine knows. The peer, if it is pinned and no session stands with it
  // now.
  const Peer* session_ended(SessionId session, Ending ending);

 private:
  Peer make(PeerRecord record) const;
  void set_state(Peer& peer, PeerTrouble trouble, std::string state);
  bool keeps_another(Peer& peer, SessionId ended);

  const Engine& engine_;
  std::function<UnixMillis()> wall_;
  All peers_;
  struct Awaiting {
    Awaited keys;
    bool told = false;
  };
  std::map<LogId, Awaiting> awaited_;
  std::map<SessionId, NodeKey> sessions_;  // also of peers that are no longer pinned
};

}  // namespace koinon
