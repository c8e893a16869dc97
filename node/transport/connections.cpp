#include "node/transport/connections.h"

#include <utility>

namespace koinon {

Connections::Connections(Connection::Handlers handlers) : handlers_(std::move(handlers)) {
  handlers_.on_closed = [this, closed = std::move(handlers_.on_closed)](
                            SessionId session, const boost::system::error_code& why) {
    connections_.erase(session);
    closed(session, why);
  };
}

SessionId Connections::add(std::unique_ptr<TlsStream> stream, std::unique_ptr<PinCheck> check) {
  const SessionId id(next_session_++);
  connections_.emplace(id, std::make_shared<Connection>(id, std::move(stream), std::move(check), handlers_));
  return id;
}

void Connections::start(SessionId session) {
  if (Connection* connection = find(session); connection != nullptr) connection->start();
}

void Connections::send(SessionId session, Bytes bytes) {
  if (Connection* connection = find(session); connection != nullptr) connection->send(std::move(bytes));
}

void Connections::close(SessionId session) {
  if (Connection* connection = find(session); connection != nullptr) connection->close();
}

std::string Connections::remote_address(SessionId session) const {
  const Connection* connection = find(session);
  return connection == nullptr ? std::string() : connection->remote_address();
}

Connection* Connections::find(SessionId session) const {
  const auto it = connections_.find(session);
  return it == connections_.end() ? nullptr : it->second.get();
}

}  // namespace koinon
