// Ed25519 (RFC 8032) through libsodium. Signing keys wipe themselves when destroyed.
#pragma once

#include <array>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

inline constexpr std::size_t kSignatureBytes = 64;
inline constexpr std::size_t kSeedBytes = 32;

// Must be called once before any other function of crypto/, from one thread.
Status init_crypto();

// Fills from the operating system's generator. For the edge: the engine takes its randomness injected.
Bytes random_bytes(std::size_t count);

class SigningKey {
 public:
  static SigningKey generate();
  // Requires seed.size() == kSeedBytes.
  static SigningKey from_seed(BytesView seed);
  SigningKey(const SigningKey&) = default;
  SigningKey(SigningKey&&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  SigningKey& operator=(SigningKey&&) = default;
  ~SigningKey();

  PublicKey public_key() const;
  Bytes sign(BytesView message) const;  // 64 bytes
  BytesView seed() const;               // 32 bytes; secret

 private:
  SigningKey() = default;
  std::array<unsigned char, 64> secret_{};  // seed, then public key, as libsodium keeps it
};

// False also for signatures of another length and for non-canonical ones.
bool verify_signature(const PublicKey& key, BytesView message, BytesView signature);

// X25519, for sealed records.
class SealingSecret {
 public:
  static SealingSecret generate();
  static SealingSecret from_seed(BytesView seed);  // requires 32 bytes
  ~SealingSecret();
  SealingSecret(const SealingSecret&) = default;
  SealingSecret(SealingSecret&&) = default;
  SealingSecret& operator=(const SealingSecret&) = default;
  SealingSecret& operator=(SealingSecret&&) = default;
  SealingKey public_key() const;
  BytesView seed() const;

 private:
  SealingSecret() = default;
  std::array<unsigned char, 32> secret_{};
};

}  // namespace koinon
