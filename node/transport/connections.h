// The connections that stand, each with the number of its session.
//
// Lives on the network thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "node/transport/connection.h"

namespace koinon {

class Connections {
 public:
  // The handlers of every connection; on_closed is called once for each, when it is no longer among these.
  explicit Connections(Connection::Handlers handlers);

  // A connection whose handshake has pinned the peer. Nothing is read before start().
  SessionId add(std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check);
  void start(SessionId session);
  // Of a session that has no connection any more nothing is sent or closed.
  void send(SessionId session, Bytes bytes);
  // Sends what is queued, then closes.
  void close(SessionId session);
  // The IP address of the other end; empty: the connection is gone.
  std::string remote_address(SessionId session) const;
  bool empty() const { return connections_.empty(); }

 private:
  Connection* find(SessionId session) const;

  Connection::Handlers handlers_;
  std::map<SessionId, std::shared_ptr<Connection>> connections_;
  std::uint64_t next_session_ = 1;
};

}  // namespace koinon
