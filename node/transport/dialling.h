// Going out to peers: one loop a peer, with backoff and jitter.
//
// Lives on the network thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "node/transport/peers.h"
#include "node/transport/tls.h"

namespace koinon {

class Dialling {
 public:
  struct Parts {
    boost::asio::io_context& io;
    Peers& peers;
    // Whether the engine will not talk to a peer for a while.
    std::function<bool(const NodeKey&)> shuns;
    // A peer has answered and shown its key.
    std::function<void(std::unique_ptr<TlsStream>, std::unique_ptr<PinCheck>)> on_connected;
  };
  // What `parts` refers to outlives the loops, and so does this.
  explicit Dialling(Parts parts);

  // Dials every peer from now on.
  void start(std::shared_ptr<boost::asio::ssl::context> tls);
  // Dials this one too.
  void watch(std::shared_ptr<Peers::Peer> peer);
  void stop();

 private:
  struct Attempt {
    PeerTrouble trouble = PeerTrouble::kNone;  // none: it is connected
    std::string why;
  };
  boost::asio::awaitable<void> dial_loop(std::shared_ptr<Peers::Peer> peer);
  boost::asio::awaitable<Attempt> dial(std::shared_ptr<Peers::Peer> peer);
  std::chrono::milliseconds backoff(const Peers::Peer& peer);

  Parts parts_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::minstd_rand jitter_;
  bool stopping_ = false;
};

}  // namespace koinon
