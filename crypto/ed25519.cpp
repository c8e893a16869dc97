#include "crypto/ed25519.h"

#include <cassert>

#include <sodium.h>

namespace koinon {

Status init_crypto() {
  if (sodium_init() < 0) return fail(Code::kInternal, "libsodium could not be started");
  return {};
}

Bytes random_bytes(std::size_t count) {
  Bytes out(count, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

SigningKey SigningKey::generate() {
  Bytes seed = random_bytes(kSeedBytes);
  SigningKey key = from_seed(seed);
  wipe(seed);
  return key;
}

SigningKey SigningKey::from_seed(BytesView seed, KeyMemory memory) {
  assert(seed.size() == kSeedBytes);
  SigningKey key;
  key.secret_ = make_secret(crypto_sign_SECRETKEYBYTES, memory);
  PublicKey unused;
  crypto_sign_seed_keypair(unused.data.data(), key.secret_.get(), raw(seed));
  return key;
}

PublicKey SigningKey::public_key() const {
  return PublicKey::from({reinterpret_cast<const char*>(secret_.get()) + kSeedBytes, PublicKey::kSize});
}

Bytes SigningKey::sign(BytesView message) const {
  Bytes signature(kSignatureBytes, '\0');
  crypto_sign_detached(raw(signature), nullptr, raw(message), message.size(), secret_.get());
  return signature;
}

BytesView SigningKey::seed() const { return {reinterpret_cast<const char*>(secret_.get()), kSeedBytes}; }

bool verify_signature(const PublicKey& key, BytesView message, BytesView signature) {
  return signature.size() == kSignatureBytes &&
         crypto_sign_verify_detached(raw(signature), raw(message), message.size(), key.data.data()) == 0;
}

SealingSecret SealingSecret::generate() {
  Bytes seed = random_bytes(kSeedBytes);
  SealingSecret key = from_seed(seed);
  wipe(seed);
  return key;
}

SealingSecret SealingSecret::from_seed(BytesView seed, KeyMemory memory) {
  assert(seed.size() == kSeedBytes);
  SealingSecret key;
  key.secret_ = make_secret(kSeedBytes, memory);
  std::memcpy(key.secret_.get(), seed.data(), kSeedBytes);
  return key;
}

SealingKey SealingSecret::public_key() const {
  SealingKey key;
  crypto_scalarmult_base(key.data.data(), secret_.get());
  return key;
}

BytesView SealingSecret::seed() const { return {reinterpret_cast<const char*>(secret_.get()), kSeedBytes}; }

}  // namespace koinon
