// Who a log is: its name and its first keys. Their hash is the log id. The Genesis entry states them.
#pragma once

#include <optional>

#include "crypto/ed25519.h"
#include "crypto/vkey.h"
#include "koinon/v1/record.pb.h"
#include "koinon/v1/wire.pb.h"

namespace koinon {

struct LogIdentity {
  std::string name;
  PublicKey signing_key;
  PublicKey recovery_key;

  // SHA-256(`koinon/v1 log` NUL, length of name (1 byte), name, signing key, recovery key).
  LogId log_id() const;
  std::string origin() const;  // NAME/koinon/LOGID
  VKey vkey() const;           // of the first signing key
  bool operator==(const LogIdentity&) const = default;
};

// Checks the name and the lengths of the keys: which log it is, they say together.
Result<LogIdentity> read_identity(const v1::Identity& message);
// The identity of a Head: checks as well that the hash is the log id.
Result<LogIdentity> read_identity(const v1::Identity& message, const LogId& log);
v1::Identity to_message(const LogIdentity& identity);

enum class KeyRole : unsigned char { kCosigner = 1, kNode = 2 };
// A cosigner key or a node key signs this to belong to a log: `koinon/v1 key` NUL, log id, role, key.
Bytes key_statement(const LogId& log, KeyRole role, const PublicKey& key);

struct LogKeys {
  PublicKey cosigner;
  SealingKey sealing;
  NodeKey node;
  bool operator==(const LogKeys&) const = default;
};

// What a Genesis or Keys entry states.
v1::Keys make_keys(const LogId& log, const SigningKey& cosigner, const SealingKey& sealing,
                   const SigningKey& node);
// Entry 0.
v1::Entry make_genesis(const LogIdentity& identity, const SigningKey& cosigner, const SealingKey& sealing,
                       const SigningKey& node, UnixMillis created);
// Entry 0 must parse, fit the identity, and prove its keys.
Result<LogKeys> check_genesis(BytesView leaf, const LogIdentity& identity);
// The keys of an entry 0 that was checked when it came: what it proves is not verified again.
Result<LogKeys> genesis_keys(BytesView leaf);
// The keys of a Genesis or Keys entry. A key without a valid proof is an error.
Result<LogKeys> check_keys(const v1::Keys& keys, const LogId& log);

// The line that one operator gives to another: VKEY@HOST:PORT#NODEKEY. The address may be missing. An
// observer's line has `observer` in place of the vkey.
struct PeerLine {
  std::optional<VKey> vkey;  // none: an observer
  std::string address;       // HOST:PORT, or empty for a node that only dials
  NodeKey node_key;
  std::string text() const;
};
Result<PeerLine> parse_peer_line(std::string_view text);

}  // namespace koinon
