// Invites: one line that makes two cities peers. It holds who invites, where, and a secret that seeds a TLS
// key for one use; the inviter pins that key, so that the joiner is no stranger in the handshake.
#pragma once

#include "crypto/identity.h"

namespace koinon {

inline constexpr std::size_t kInviteSecretBytes = 16;

// VKEY@HOST:PORT#NODEKEY+SECRET, the secret in unpadded base64url.
struct InviteLine {
  PeerLine inviter;  // with an address
  Bytes secret;      // 16 bytes
  std::string text() const;
};
Result<InviteLine> parse_invite_line(std::string_view text);

// The one-time TLS key: its seed is SHA-256(`koinon/v1 invite` NUL, inviter's node key, secret).
SigningKey invite_key(const NodeKey& inviter, BytesView secret);

// What a joiner signs with the node key that its peer line names, so that nobody joins with another's:
// `koinon/v1 join` NUL, 32 bytes exported from the TLS connection (RFC 8446 §7.5, kJoinExporter, no context),
// the peer line.
inline constexpr std::string_view kJoinExporter = "EXPORTER-koinon-v1-join";
inline constexpr std::size_t kJoinExportedBytes = 32;
Bytes join_message(BytesView exported, std::string_view peer_line);

}  // namespace koinon
