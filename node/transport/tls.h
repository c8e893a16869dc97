// TLS 1.3 between nodes: mutual, pinned in the handshake. The only thing that counts in a certificate is its
// Ed25519 key; a peer with another key than a pinned one fails the handshake, so none of its bytes is parsed.
// No tickets, no resumption, no renegotiation.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "crypto/ed25519.h"
#include "node/transport/ending.h"
#include "proto/base/result.h"

namespace koinon {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// What a handshake does with a key. Who is refused learns which it was from the alert.
enum class Pinning : unsigned char {
  kPinned,
  kNotPinned,  // alert unknown_ca
  kNotNow,     // pinned, and refused for a while: alert bad_certificate
};

// Whose keys a handshake accepts, and whose key it saw. Must outlive the stream that it is attached to.
struct PinCheck {
  std::function<Pinning(const NodeKey&)> accepts;
  std::optional<NodeKey> seen;
  std::optional<NodeKey> refused;  // as it was shown: whether the other side holds it was not looked at
};

Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const SigningKey& node_key);
// Bytes that both ends of a connection after its handshake derive, and nobody else (RFC 8446 §7.5).
Result<Bytes> exported_bytes(TlsStream& stream, std::string_view label, std::size_t count);
// Attaches the check to a stream before its handshake.
void attach(TlsStream& stream, PinCheck& check);
enum class Shaken : unsigned char {
  kYes,
  kNo,
  kNotInTime,  // the other side let limits::kHandshakeDeadline pass
};
// The stream outlives it: whoever has it awaits this.
boost::asio::awaitable<Shaken> shake_hands(TlsStream* stream, bool server);

}  // namespace koinon
