#include "crypto/backup_box.h"

#include <cassert>
#include <cstring>

#include <sodium.h>

#include "crypto/hash.h"

namespace koinon {
namespace {

constexpr std::size_t kBoxNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kBoxTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kSlotSalt = crypto_pwhash_argon2id_SALTBYTES;
static_assert(kClosedBoxBytes == kOpenBoxBytes + kBoxNonce + kBoxTag);
static_assert(BackupKey::kSecretBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const Bytes& no_key() {
  static const Bytes zeros(BackupKey::kIdBytes, '\0');
  return zeros;
}

Error damaged() {
  return fail(Code::kMalformed, "it is damaged: it is not what was written there", "backup");
}

Bytes encrypt(BytesView key, BytesView content, BytesView with) {
  const Bytes nonce = random_bytes(kBoxNonce);
  Bytes sealed(content.size() + kBoxTag, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed), nullptr, raw(content), content.size(), raw(with),
                                             with.size(), nullptr, raw(nonce), raw(key));
  return nonce + sealed;
}

// Nothing: another key, or changed bytes.
std::optional<Bytes> decrypt(BytesView key, BytesView bytes, BytesView with) {
  if (bytes.size() < kBoxNonce + kBoxTag) return std::nullopt;
  const BytesView sealed = bytes.substr(kBoxNonce);
  Bytes content(sealed.size() - kBoxTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(content), nullptr, nullptr, raw(sealed), sealed.size(),
                                                 raw(with), with.size(), raw(bytes), raw(key)) != 0)
    return std::nullopt;
  return content;
}

// What one guess at the passphrase costs: as for the key files.
Result<Bytes> stretched(std::string_view passphrase, BytesView salt) {
  Bytes key(BackupKey::kSecretBytes, '\0');
  if (crypto_pwhash(raw(key), key.size(), passphrase.data(), passphrase.size(), raw(salt),
                    crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(Code::kUnavailable, "there is not enough memory (256 MiB) to derive the key", "passphrase");
  return key;
}

// What every slot begins with: its kind and the id of its key.
constexpr std::size_t kSlotHead = 1 + BackupKey::kIdBytes;
Bytes slot_head(SlotKind kind, const BackupKey& key) { return Bytes(1, static_cast<char>(kind)) + key.id(); }
bool is_slot(BytesView slot, SlotKind kind, std::size_t size) {
  return slot.size() == size && slot.front() == static_cast<char>(kind);
}

}  // namespace

BackupKey BackupKey::generate() {
  Bytes secret = random_bytes(kSecretBytes);
  BackupKey key = from(random_bytes(kIdBytes), secret);
  wipe(secret);
  return key;
}

BackupKey BackupKey::from(BytesView id, BytesView secret) {
  assert(id.size() == kIdBytes && secret.size() == kSecretBytes);
  BackupKey key;
  key.id_ = id;
  key.secret_ = make_secret(kSecretBytes, KeyMemory::kPlain);
  std::memcpy(key.secret_.get(), secret.data(), kSecretBytes);
  return key;
}

Bytes BackupKey::derived(std::string_view purpose) const { return secret_of(purpose, secret(), {}); }

Bytes secret_of(std::string_view purpose, BytesView a, BytesView b) {
  // Each part has its length before it, so that no two lists of parts are the same bytes.
  crypto_generichash_state state;
  Bytes out(BackupKey::kSecretBytes, '\0');
  crypto_generichash_init(&state, nullptr, 0, out.size());
  for (const BytesView part : {BytesView("koinon/v1 backup"), BytesView(purpose), a, b}) {
    const std::uint64_t size = part.size();
    unsigned char length[8];
    for (int i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(size >> (8 * (7 - i)));
    crypto_generichash_update(&state, length, sizeof length);
    crypto_generichash_update(&state, raw(part), part.size());
  }
  crypto_generichash_final(&state, raw(out), out.size());
  return out;
}

Hash content_name(BytesView content, BytesView secret) {
  if (secret.empty()) return sha256(content);
  Hash name;
  crypto_generichash(name.data.data(), name.data.size(), raw(content), content.size(), raw(secret),
                     secret.size());
  return name;
}

Bytes make_box(const std::optional<BackupKey>& key, const Hash& name, BytesView content) {
  Bytes rest;
  if (key) {
    Bytes secret = key->derived("boxes");
    rest = key->id() + encrypt(secret, content, name.view());
    wipe(secret);
  } else {
    rest = no_key();
    rest += content;
  }
  return sha256(rest).bytes() + rest;
}

bool box_is_whole(BytesView box) {
  return box.size() >= kOpenBoxBytes && sha256(box.substr(Hash::kSize)).view() == box.substr(0, Hash::kSize);
}

Bytes box_key_id(BytesView box) {
  const BytesView id = box.substr(Hash::kSize, BackupKey::kIdBytes);
  return id == no_key() ? Bytes() : Bytes(id);
}

Result<Bytes> open_box(BytesView box, const Hash& name, const std::optional<BackupKey>& key) {
  if (!box_is_whole(box)) return damaged();
  const Bytes id = box_key_id(box);
  const BytesView content = box.substr(kOpenBoxBytes);
  if (id.empty()) return Bytes(content);
  if (!key || key->id() != id)
    return fail(Code::kRefused, "it is encrypted, and its key is not at hand", "backup");
  Bytes secret = key->derived("boxes");
  auto opened = decrypt(secret, content, name.view());
  wipe(secret);
  if (!opened) return damaged();
  return std::move(*opened);
}

Result<Bytes> close_key(const BackupKey& key, std::string_view passphrase) {
  const Bytes head = slot_head(SlotKind::kPassphrase, key);
  const Bytes salt = random_bytes(kSlotSalt);
  KOINON_ASSIGN(Bytes stretch, stretched(passphrase, salt));
  const Bytes closed = encrypt(stretch, key.secret(), head);
  wipe(stretch);
  return head + salt + closed;
}

Result<Bytes> close_key(const BackupKey& key, const SealingKey& to) {
  Bytes sealed(BackupKey::kSecretBytes + crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal(raw(sealed), raw(key.secret()), BackupKey::kSecretBytes, to.data.data()) != 0)
    return fail(Code::kInvalidArgument, "it is not a public key", "to");
  return slot_head(SlotKind::kPublicKey, key) + to.bytes() + sealed;
}

Result<BackupKey> open_key(BytesView slot, std::string_view passphrase) {
  if (!is_slot(slot, SlotKind::kPassphrase,
               kSlotHead + kSlotSalt + kBoxNonce + BackupKey::kSecretBytes + kBoxTag))
    return fail(Code::kMalformed, "the backup's key is not closed by a passphrase", "backup");
  KOINON_ASSIGN(Bytes stretch, stretched(passphrase, slot.substr(kSlotHead, kSlotSalt)));
  auto secret = decrypt(stretch, slot.substr(kSlotHead + kSlotSalt), slot.substr(0, kSlotHead));
  wipe(stretch);
  if (!secret) return fail(Code::kRefused, "the passphrase is not the one of this backup", "backup");
  const BackupKey key = BackupKey::from(slot.substr(1, BackupKey::kIdBytes), *secret);
  wipe(*secret);
  return key;
}

Result<BackupKey> open_key(BytesView slot, const SealingSecret& secret) {
  const SealingKey own = secret.public_key();
  if (!is_slot(slot, SlotKind::kPublicKey,
               kSlotHead + SealingKey::kSize + BackupKey::kSecretBytes + crypto_box_SEALBYTES))
    return fail(Code::kMalformed, "the backup's key is not closed to a public key", "backup");
  if (slot.substr(kSlotHead, SealingKey::kSize) != own.view())
    return fail(Code::kRefused, "the backup was made for another key", "backup");
  const BytesView sealed = slot.substr(kSlotHead + SealingKey::kSize);
  Bytes opened(BackupKey::kSecretBytes, '\0');
  if (crypto_box_seal_open(raw(opened), raw(sealed), sealed.size(), own.data.data(), raw(secret.seed())) != 0)
    return damaged();
  const BackupKey key = BackupKey::from(slot.substr(1, BackupKey::kIdBytes), opened);
  wipe(opened);
  return key;
}

}  // namespace koinon
