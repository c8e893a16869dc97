// One TLS connection whose handshake has pinned the peer. What is read goes to the handlers; what is to be
// sent waits in a queue. How much may wait, and how long a peer may be silent, is for the engine to judge.
//
// Lives on the network thread. Held by shared_ptr: the running coroutines keep it alive, and end within
// kCloseDeadline after close, whatever the peer does.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "node/transport/tls.h"
#include "proto/base/types.h"

namespace koinon {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Handlers {
    std::function<void(SessionId, BytesView)> on_bytes;
    std::function<void(SessionId, std::size_t)> on_sent;
    std::function<bool(SessionId)> wants_bytes;
    std::function<void(SessionId, const boost::system::error_code&)> on_closed;  // why, as far as is known
  };

  Connection(SessionId id, std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check,
             Handlers handlers);

  void start();
  void send(Bytes bytes);
  // Sends what is queued, then closes.
  void close();
  // The IP address of the other end; empty: the connection is gone.
  std::string remote_address() const;

 private:
  boost::asio::awaitable<void> read_loop();
  boost::asio::awaitable<void> write_loop();
  boost::asio::awaitable<void> enforce_close();
  boost::asio::awaitable<void> wait_until_wanted();
  void ended(const boost::system::error_code& why);

  SessionId id_;
  std::unique_ptr<PinCheck> check_;  // outlives the stream
  std::unique_ptr<TlsStream> stream_;
  Handlers handlers_;
  std::deque<Bytes> queue_;
  boost::asio::steady_timer wake_writer_;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace koinon
