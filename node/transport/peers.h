// The peers that are pinned, and what stands between us and each of them: which session is theirs, and what
// an operator is told of it.
//
// Lives on the network thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>

#include "node/engine/engine.h"
#include "node/transport/tls.h"

namespace koinon {

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
// Why a connection ended, as a sentence for the operator.
std::string ending_text(Ending ending);

class Peers {
 public:
  struct Peer {
    PeerRecord record;
    std::string state = "not connected yet";
    UnixMillis state_at;
    UnixMillis away_since;
    PeerTrouble trouble = PeerTrouble::kNone;
    std::optional<SessionId> session;
    std::optional<SessionId> explained;  // the session whose end `state` tells
    unsigned failures = 0;               // of dialling, since a session was ready
    bool removed = false;
    std::shared_ptr<boost::asio::steady_timer> wake;  // of its dialling loop

    void wake_up() const {
      if (wake) wake->cancel();
    }
  };
  using All = std::map<NodeKey, std::shared_ptr<Peer>>;

  // The engine outlives this, and says which sessions there are.
  Peers(const Engine& engine, std::function<UnixMillis()> wall, const std::vector<PeerRecord>& pinned);

  const All& all() const { return peers_; }
  bool contains(const NodeKey& key) const { return peers_.contains(key); }
  const PeerRecord* record(const NodeKey& key) const;

  // The new peer; none: it was pinned, and has this record from now on.
  std::shared_ptr<Peer> add(PeerRecord record);
  void remove(const NodeKey& key);
  // What an operator is told of a peer is of the last attempt, with its time.
  void tell(Peer& peer, PeerTrouble trouble, std::string state);

  void session_began(SessionId session, const NodeKey& key);
  void session_ready(const NodeKey& key);
  // The engine ends a session, and says why.
  void session_refused(SessionId session, const std::string& reason);
  // Its connection is gone, and the engine knows.
  void session_ended(SessionId session, Ending ending);

 private:
  std::shared_ptr<Peer> make(PeerRecord record);
  bool another_stands(Peer& peer, SessionId ended);

  const Engine& engine_;
  std::function<UnixMillis()> wall_;
  All peers_;
  std::map<SessionId, NodeKey> sessions_;  // also of peers that are no longer pinned
};

}  // namespace koinon
