// An invite is one line that makes two cities peers. It says who invites and at which address, and has a
// secret. The secret is the seed of a TLS key for one use. The inviter pins that key, so it knows the joiner
// in the handshake.
#pragma once

#include "crypto/identity.h"

namespace koinon {

inline constexpr std::size_t kInviteSecretBytes = 16;

// VKEY@HOST:PORT#NODEKEY+SECRET, the secret in unpadded base64url.
struct InviteLine {
  PeerLine inviter;  // always has an address
  Bytes secret;      // 16 bytes
  std::string text() const;
};
Result<InviteLine> parse_invite_line(std::string_view text);

// The one-time TLS key: its seed is SHA-256(`koinon/v1 invite` NUL, inviter's node key, secret).
SigningKey invite_key(const NodeKey& inviter, BytesView secret);

// A joiner signs this with the node key that its peer line names, so that nobody joins with the key of
// another: `koinon/v1 join` NUL, 32 bytes exported from the TLS connection (RFC 8446 §7.5, kJoinExporter, no
// context), the peer line.
inline constexpr std::string_view kJoinExporter = "EXPORTER-koinon-v1-join";
inline constexpr std::size_t kJoinExportedBytes = 32;
Bytes join_message(BytesView exported, std::string_view peer_line);
// Whoever asks for the log of 24 recovery words signs this with the recovery key: `koinon/v1 recover` NUL,
// the same exported bytes.
Bytes recovery_message(BytesView exported);

}  // namespace koinon
