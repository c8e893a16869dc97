// Going out to peers: dials those whom the Dialler names, and tells it and the operator what came of it.
//
// Lives on the network thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "node/replication/dialler.h"
#include "node/transport/peers.h"
#include "node/transport/reach_back.h"
#include "node/transport/reaching.h"
#include "node/transport/tls.h"

namespace koinon {

class Dialling {
 public:
  struct Parts {
    boost::asio::io_context& io;
    Peers& peers;
    std::function<MonoTime()> mono;
    // Whether the engine will not talk to a peer for a while.
    std::function<bool(const NodeKey&)> shuns;
    // A peer has answered and shown its key.
    std::function<void(std::unique_ptr<TlsStream>, std::unique_ptr<PinCheck>)> on_connected;
    // What came of dialling a peer that had asked whether we reach it.
    ReachBack::Tell on_reached_back;
  };
  // What `parts` refers to outlives the attempts, and so does this.
  explicit Dialling(Parts parts);

  // Dials every peer from now on.
  void start(std::shared_ptr<boost::asio::ssl::context> tls);
  // Dials this one too; or anew, as its record has changed.
  void add(const PeerRecord& peer);
  void remove(const NodeKey& peer);
  // At once, unless it is being dialled or a session stands.
  void hurry(const NodeKey& peer);
  void stop();
  // Also for who uses an invite.
  boost::asio::awaitable<Reached> reach(Whom whom) { return koinon::reach(look_ups_, std::move(whom)); }
  ReachBack& back() { return back_; }

  void session_began(const NodeKey& peer) { dialler_.session_began(peer); }
  void session_ready(const NodeKey& peer) { dialler_.session_ready(peer); }
  // No session stands with it any more; `trouble`: what is between us and it now.
  void session_ended(const NodeKey& peer, PeerTrouble trouble);

 private:
  struct Outcome {
    PeerTrouble trouble = PeerTrouble::kNone;  // none: it has answered and shown its key
    Error why = {};
    std::unique_ptr<TlsStream> stream;
    std::unique_ptr<PinCheck> check;
  };
  // Dials who is due, and waits for who is next.
  void dial_due();
  boost::asio::awaitable<void> dial(Dialler::Attempt attempt, std::string address);
  boost::asio::awaitable<Outcome> connect(NodeKey key, std::string address);

  Parts parts_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  LookUps look_ups_;
  ReachBack back_;
  Dialler dialler_;
  boost::asio::steady_timer next_;
  bool stopping_ = false;
};

}  // namespace koinon
