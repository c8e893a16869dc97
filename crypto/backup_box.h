// How a backup is kept closed. Everything in a backup is a box: a check sum, the id of the key that closes
// it, and its content, encrypted or not. A key of a backup stands in the backup itself, in a slot, closed to
// a passphrase (Argon2id) or to a public key (a sealed box of libsodium). Pure functions, but for their
// randomness; safe from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "crypto/ed25519.h"

namespace koinon {

// Closes boxes. Copies share one secret, which is wiped with the last.
class BackupKey {
 public:
  static constexpr std::size_t kIdBytes = 16;
  static constexpr std::size_t kSecretBytes = 32;

  static BackupKey generate();
  // Requires kIdBytes and kSecretBytes bytes.
  static BackupKey from(BytesView id, BytesView secret);

  const Bytes& id() const { return id_; }
  BytesView secret() const { return {reinterpret_cast<const char*>(secret_.get()), kSecretBytes}; }
  // A secret of 32 bytes for one purpose, by which nobody finds the key.
  Bytes derived(std::string_view purpose) const;

 private:
  BackupKey() = default;
  Bytes id_;  // public
  std::shared_ptr<unsigned char[]> secret_;
};

// The bytes of a box besides those of its content.
inline constexpr std::size_t kOpenBoxBytes = 32 + BackupKey::kIdBytes;
inline constexpr std::size_t kClosedBoxBytes = kOpenBoxBytes + 24 + 16;

// Without a key the content is not encrypted. `name` is what the box is called: it opens under no other.
Bytes make_box(const std::optional<BackupKey>& key, const Hash& name, BytesView content);
// Whether the box is as it was made, by its check sum. Takes no key.
bool box_is_whole(BytesView box);
// The id of its key, as it stands there; empty: it is not encrypted. Requires box_is_whole.
Bytes box_key_id(BytesView box);
// kMalformed: the box was changed, is no box, or is another's. kRefused: the key is missing or another.
Result<Bytes> open_box(BytesView box, const Hash& name, const std::optional<BackupKey>& key);

// The name of a content: SHA-256, or, with a secret of 32 bytes, a keyed hash, which tells nothing of it.
Hash content_name(BytesView content, BytesView secret);
// A secret of 32 bytes out of others.
Bytes secret_of(std::string_view purpose, BytesView a, BytesView b);

// A slot: a key, closed.
enum class SlotKind : unsigned char { kPassphrase = 1, kPublicKey = 2 };
// kUnavailable: there is too little memory (256 MiB).
Result<Bytes> close_key(const BackupKey& key, std::string_view passphrase);
Result<Bytes> close_key(const BackupKey& key, const SealingKey& to);
// kMalformed: it is no such slot. kRefused: the passphrase or the secret key is another.
Result<BackupKey> open_key(BytesView slot, std::string_view passphrase);
Result<BackupKey> open_key(BytesView slot, const SealingSecret& secret);

}  // namespace koinon
