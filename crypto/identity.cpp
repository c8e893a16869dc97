#include "crypto/identity.h"

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

constexpr BytesView kLogLabel("koinon/v1 log\0", 14);
constexpr std::string_view kObserver = "observer";
constexpr BytesView kKeyLabel("koinon/v1 key\0", 14);

Result<PublicKey> read_key(BytesView bytes, std::string_view field) {
  if (bytes.size() != PublicKey::kSize) {
    return fail(Code::kMalformed, "a key has 32 bytes", std::string(field));
  }
  return PublicKey::from(bytes);
}

}  // namespace

LogId LogIdentity::log_id() const {
  const char length = static_cast<char>(name.size());
  const Hash hash = sha256({kLogLabel, BytesView(&length, 1), name, signing_key.view(), recovery_key.view()});
  return LogId::from(hash.view());
}

std::string LogIdentity::origin() const { return log_origin(name, log_id()); }
VKey LogIdentity::vkey() const { return {origin(), SignatureType::kEd25519, signing_key}; }

Result<LogIdentity> read_identity(const v1::Identity& message) {
  LogIdentity identity;
  identity.name = message.name();
  KOINON_TRY(check_name(identity.name));
  KOINON_ASSIGN(identity.signing_key, read_key(message.signing_key(), "identity.signing_key"));
  KOINON_ASSIGN(identity.recovery_key, read_key(message.recovery_key(), "identity.recovery_key"));
  return identity;
}

Result<LogIdentity> read_identity(const v1::Identity& message, const LogId& log) {
  KOINON_ASSIGN(LogIdentity identity, read_identity(message));
  if (identity.log_id() != log) {
    return fail(Code::kBadSignature, "the name and keys do not hash to the log id", "identity");
  }
  return identity;
}

v1::Identity to_message(const LogIdentity& identity) {
  v1::Identity message;
  message.set_name(identity.name);
  message.set_signing_key(identity.signing_key.bytes());
  message.set_recovery_key(identity.recovery_key.bytes());
  return message;
}

Bytes key_statement(const LogId& log, KeyRole role, const PublicKey& key) {
  Bytes out(kKeyLabel);
  out += log.view();
  out.push_back(static_cast<char>(role));
  out += key.view();
  return out;
}

v1::Keys make_keys(const LogId& log, const SigningKey& cosigner, const SealingKey& sealing,
                   const SigningKey& node) {
  v1::Keys keys;
  keys.set_cosigner_key(cosigner.public_key().bytes());
  keys.set_cosigner_proof(cosigner.sign(key_statement(log, KeyRole::kCosigner, cosigner.public_key())));
  keys.set_sealing_key(sealing.bytes());
  keys.set_node_key(node.public_key().bytes());
  keys.set_node_proof(node.sign(key_statement(log, KeyRole::kNode, node.public_key())));
  return keys;
}

v1::Entry make_genesis(const LogIdentity& identity, const SigningKey& cosigner, const SealingKey& sealing,
                       const SigningKey& node, UnixMillis created) {
  const LogId log = identity.log_id();
  v1::Entry entry;
  entry.set_kind(v1::KIND_GENESIS);
  entry.set_created_at_ms(created.value);
  auto* genesis = entry.mutable_control()->mutable_genesis();
  genesis->set_name(identity.name);
  genesis->set_signing_key(identity.signing_key.bytes());
  genesis->set_recovery_key(identity.recovery_key.bytes());
  *genesis->mutable_keys() = make_keys(log, cosigner, sealing, node);
  return entry;
}

namespace {

Result<LogKeys> read_keys(const v1::Keys& keys) {
  KOINON_ASSIGN(const PublicKey cosigner, read_key(keys.cosigner_key(), "keys.cosigner_key"));
  KOINON_ASSIGN(const PublicKey sealing, read_key(keys.sealing_key(), "keys.sealing_key"));
  KOINON_ASSIGN(const PublicKey node, read_key(keys.node_key(), "keys.node_key"));
  return LogKeys{cosigner, SealingKey::from(sealing.view()), NodeKey::from(node.view())};
}

Result<v1::Genesis> read_genesis(BytesView leaf) {
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(leaf));
  if (entry.kind() != v1::KIND_GENESIS || !entry.control().has_genesis())
    return fail(Code::kMalformed, "entry 0 is not a Genesis", "genesis");
  return entry.control().genesis();
}

}  // namespace

Result<LogKeys> check_keys(const v1::Keys& keys, const LogId& log) {
  KOINON_ASSIGN(const LogKeys named, read_keys(keys));
  const PublicKey node = PublicKey::from(named.node.view());
  if (!verify_signature(named.cosigner, key_statement(log, KeyRole::kCosigner, named.cosigner),
                        keys.cosigner_proof()))
    return fail(Code::kBadSignature, "the cosigner key did not sign for this log", "keys.cosigner_proof");
  if (!verify_signature(node, key_statement(log, KeyRole::kNode, node), keys.node_proof()))
    return fail(Code::kBadSignature, "the node key did not sign for this log", "keys.node_proof");
  return named;
}

Result<LogKeys> check_genesis(BytesView leaf, const LogIdentity& identity) {
  KOINON_ASSIGN(const v1::Genesis genesis, read_genesis(leaf));
  if (genesis.name() != identity.name || genesis.signing_key() != identity.signing_key.view() ||
      genesis.recovery_key() != identity.recovery_key.view()) {
    return fail(Code::kMalformed, "entry 0 does not fit the log id", "genesis");
  }
  return check_keys(genesis.keys(), identity.log_id());
}

Result<LogKeys> genesis_keys(BytesView leaf) {
  KOINON_ASSIGN(const v1::Genesis genesis, read_genesis(leaf));
  return read_keys(genesis.keys());
}

std::string PeerLine::text() const {
  return (vkey ? vkey->text() : std::string(kObserver)) + (address.empty() ? "" : "@" + address) + "#" +
         to_text(node_key);
}

Result<PeerLine> parse_peer_line(std::string_view text) {
  PeerLine line;
  const auto hash = text.rfind('#');
  if (hash == std::string_view::npos) {
    return fail(Code::kInvalidArgument,
                Sentence{"peer.line_form", "a peer line reads VKEY@HOST:PORT#NODEKEY; the # is missing"},
                "peer");
  }
  const auto key = parse_node_key(text.substr(hash + 1));
  if (!key.ok()) {
    return fail(Code::kInvalidArgument,
                Sentence{"peer.node_key",
                         "the node key after the # is cut or mistyped: {why}",
                         {{"why", key.error().message}}},
                "peer");
  }
  line.node_key = *key;
  text = text.substr(0, hash);
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    KOINON_ASSIGN(const Address address, parse_address(text.substr(at + 1)));
    line.address = address.text();
    text = text.substr(0, at);
  }
  if (text == kObserver) return line;
  KOINON_ASSIGN(line.vkey, parse_vkey(text));
  const auto origin = parse_origin(line.vkey->name);
  if (!origin.ok()) {
    return fail(Code::kInvalidArgument,
                Sentence{"peer.log_name",
                         "the log's name in the line is cut or mistyped: {why}",
                         {{"why", origin.error().message}}},
                "peer");
  }
  return line;
}

}  // namespace koinon
