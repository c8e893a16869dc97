// The keys of a backup: made or found by who writes, opened by who restores.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "crypto/backup_box.h"
#include "storage/backup/vault.h"

namespace koinon::backup {

// How a backup is to be closed.
struct Closing {
  Protection protection = Protection::kOpen;
  std::string passphrase;  // with kPassphrase
  SealingKey to;           // with kPublicKey
  // With kPublicKey: 32 secret bytes that the machine has in every run. By them chunks have the same names in
  // each, so that only what changed is copied.
  Bytes naming;
};
struct WritingKeys {
  std::optional<BackupKey> box;  // none: boxes are not encrypted
  Bytes naming;                  // see content_name
};
// Closing::naming of the node whose file keys/node.key has these bytes, sealed or not.
Bytes naming_of(BytesView node_key_file, const SealingKey& to);
// Puts a slot into the vault where it makes a key. kRefused: the passphrase is not the one of the backup
// there.
Result<WritingKeys> keys_to_write(Vault& vault, const Closing& closing);

// With what a backup is opened.
struct Opening {
  std::string passphrase;  // empty: none
  std::optional<SealingSecret> secret;
};
using KeyRing = std::map<Bytes, BackupKey>;  // by key id
// kRefused: what is given does not open it, or is missing; or the backup is not encrypted, and something is
// given.
Result<KeyRing> keys_to_read(Vault& vault, const Opening& opening);
// Nothing: the box is not encrypted, or its key is not at hand.
std::optional<BackupKey> key_of(const KeyRing& ring, BytesView box);

}  // namespace koinon::backup
