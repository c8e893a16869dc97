// TLS 1.3 between nodes: mutual, pinned in the handshake. The only thing that counts in a certificate is its
// Ed25519 key; a peer with another key than a pinned one fails the handshake, so none of its bytes is parsed.
// No tickets, no resumption, no renegotiation.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "crypto/ed25519.h"
#include "proto/base/result.h"

namespace koinon {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// Whose keys a handshake accepts, and whose key it saw. Must outlive the stream.
struct PinCheck {
  std::function<bool(const NodeKey&)> accepts;
  std::optional<NodeKey> seen;
};

Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const SigningKey& node_key);
// Bytes that both ends of a connection after its handshake derive, and nobody else (RFC 8446 §7.5).
Result<Bytes> exported_bytes(TlsStream& stream, std::string_view label, std::size_t count);
// Attaches the check to a stream before its handshake.
void pin(TlsStream& stream, PinCheck& check);

}  // namespace koinon
