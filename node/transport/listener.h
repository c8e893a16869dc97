// Coming in: accepts connections, shakes hands with whoever is pinned here or has an invite, and remembers
// who else knocked.
//
// Lives on the network thread, but for start() and port().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "node/transport/handshakes.h"
#include "node/transport/joining.h"
#include "node/transport/knocks.h"
#include "node/transport/peers.h"
#include "node/transport/tls.h"
#include "proto/base/clock.h"

namespace koinon {

class Listener {
 public:
  struct Parts {
    boost::asio::io_context& io;
    std::string address;     // to listen on; empty: nobody comes in
    std::uint16_t port = 0;  // 0: any free one
    const Peers& peers;
    Joining& joining;
    Clock clock;
    // Whether the engine will not talk to a peer for a while.
    std::function<bool(const NodeKey&)> shuns;
    // A pinned peer has come and shown its key.
    std::function<void(std::unique_ptr<TlsStream>, std::unique_ptr<PinCheck>)> on_connected;
    // Somebody knocked who is not pinned and whom nobody remembers. Told once a minute at most.
    std::function<void(const Knock&)> on_knock;
  };
  // What `parts` refers to outlives the handshakes, and so does this.
  explicit Listener(Parts parts);

  // Binds the port. Before the network thread runs, once.
  Status start(std::shared_ptr<boost::asio::ssl::context> tls);
  // Accepts nobody from now on, and closes the connections whose handshakes are under way.
  void stop();
  // Any thread, after start(); 0: it does not listen.
  std::uint16_t port() const { return port_; }

  const Knocks& knocks() const { return knocks_; }
  // Whoever is pinned now did not knock in vain.
  void forget_knock(const NodeKey& key) { knocks_.forget(key); }

 private:
  Status bind(const boost::asio::ip::tcp::endpoint& endpoint);
  boost::asio::awaitable<void> accept_loop();
  boost::asio::awaitable<void> receive(boost::asio::ip::tcp::socket socket);
  Pinning pinning_of(const NodeKey& key) const;
  // It is pinned, or awaited in the place of one that is.
  bool is_known(const NodeKey& key) const;
  void on_knock(const NodeKey& key, const std::string& network, const std::string& address);

  Parts parts_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  Handshakes handshakes_;
  Knocks knocks_;
  MonoTime knock_told_{};
  bool stopping_ = false;
};

}  // namespace koinon
