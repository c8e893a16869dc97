#include "storage/backup/backup_keys.h"

namespace koinon::backup {
namespace {

constexpr std::size_t kTries = 4;  // a wrong passphrase costs seconds for each slot

Result<BackupKey> by_passphrase(Vault& vault, const std::string& passphrase, bool& none) {
  KOINON_ASSIGN(const auto slots, vault.slots());
  none = slots.empty();
  Result<BackupKey> key = fail(Code::kMalformed, "the backup has lost its keys", "backup");
  for (std::size_t i = 0; i < slots.size() && i < kTries && !key.ok(); ++i)
    key = open_key(slots[i], passphrase);
  return key;
}

Result<KeyRing> by_secret(Vault& vault, const SealingSecret& secret) {
  KOINON_ASSIGN(const auto slots, vault.slots());
  KeyRing ring;
  Error why = fail(Code::kMalformed, "the backup has lost its keys", "backup");
  for (const Bytes& slot : slots) {
    auto key = open_key(slot, secret);
    if (key.ok()) {
      ring.emplace(key->id(), *key);
    } else {
      why = key.error();
    }
  }
  if (ring.empty()) return why;
  return ring;
}

}  // namespace

Bytes naming_of(BytesView node_key_file, const SealingKey& to) {
  return secret_of("names", node_key_file, to.view());
}

Result<WritingKeys> keys_to_write(Vault& vault, const Closing& closing) {
  WritingKeys keys;
  if (closing.protection == Protection::kOpen) return keys;
  if (closing.protection == Protection::kPublicKey) {
    // Nobody here can open the keys of earlier runs, so each run has its own.
    keys.box = BackupKey::generate();
    keys.naming = closing.naming;
    KOINON_ASSIGN(const Bytes slot, close_key(*keys.box, closing.to));
    KOINON_TRY(vault.put_slot(slot));
    return keys;
  }
  bool none = false;
  auto key = by_passphrase(vault, closing.passphrase, none);
  if (none) {
    key = BackupKey::generate();
    KOINON_ASSIGN(const Bytes slot, close_key(*key, closing.passphrase));
    KOINON_TRY(vault.put_slot(slot));
  }
  if (!key.ok()) return key.error();
  keys.box = *key;
  keys.naming = key->derived("names");
  return keys;
}

Result<KeyRing> keys_to_read(Vault& vault, const Opening& opening) {
  const bool given = !opening.passphrase.empty() || opening.secret.has_value();
  switch (vault.protection()) {
    case Protection::kOpen:
      if (given)
        return fail(Code::kRefused,
                    "this backup is not encrypted: whoever had it could change it; leave the "
                    "passphrase or key out if that is as it should be",
                    "backup");
      return KeyRing();
    case Protection::kPassphrase: {
      if (opening.passphrase.empty())
        return fail(Code::kRefused, "this backup is encrypted; give its passphrase with --passphrase-file",
                    "backup");
      bool none = false;
      KOINON_ASSIGN(const BackupKey key, by_passphrase(vault, opening.passphrase, none));
      return KeyRing{{key.id(), key}};
    }
    case Protection::kPublicKey:
      if (!opening.secret)
        return fail(Code::kRefused, "this backup is encrypted; give its secret key with --key", "backup");
      return by_secret(vault, *opening.secret);
  }
  return fail(Code::kInternal, "unknown protection", "backup");
}

std::optional<BackupKey> key_of(const KeyRing& ring, BytesView box) {
  if (!box_is_whole(box)) return std::nullopt;
  const auto found = ring.find(box_key_id(box));
  return found == ring.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace koinon::backup
