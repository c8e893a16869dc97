// Ed25519 (RFC 8032) through libsodium. Signing keys wipe themselves when destroyed.
#pragma once

#include <memory>

#include "crypto/secret_memory.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

inline constexpr std::size_t kSignatureBytes = 64;
inline constexpr std::size_t kSeedBytes = 32;

// Must be called once before any other function of crypto/, from one thread.
Status init_crypto();

// From the operating system's generator. The engine never calls this: it is given its randomness.
Bytes random_bytes(std::size_t count);

// Copies share one secret.
class SigningKey {
 public:
  static SigningKey generate();
  // Requires seed.size() == kSeedBytes.
  static SigningKey from_seed(BytesView seed, KeyMemory memory = KeyMemory::kPlain);

  PublicKey public_key() const;
  Bytes sign(BytesView message) const;  // 64 bytes
  BytesView seed() const;               // 32 bytes; secret

 private:
  SigningKey() = default;
  std::shared_ptr<unsigned char[]> secret_;  // 64 bytes: seed, then public key, as libsodium keeps it
};

// Also false for signatures of another length and for signatures that are not canonical.
bool verify_signature(const PublicKey& key, BytesView message, BytesView signature);

// X25519, for sealed records. Copies share one secret.
class SealingSecret {
 public:
  static SealingSecret generate();
  static SealingSecret from_seed(BytesView seed, KeyMemory memory = KeyMemory::kPlain);  // requires 32 bytes
  SealingKey public_key() const;
  BytesView seed() const;

 private:
  SealingSecret() = default;
  std::shared_ptr<unsigned char[]> secret_;  // 32 bytes
};

}  // namespace koinon
