// Epochs whose MAC is that of the node under test.
#pragma once

#include "crypto/ed25519.h"
#include "crypto/epoch.h"

namespace koinon::engine::test {

inline const SigningKey& our_key() {
  static const SigningKey key = [] {
    (void)init_crypto();
    return SigningKey::from_seed(Bytes(kSeedBytes, 'n'));
  }();
  return key;
}

inline Epoch ours(std::uint32_t counter, char random = 'r') {
  return make_epoch(EpochKey(our_key()), counter, Bytes(kEpochRandomBytes, random));
}

}  // namespace koinon::engine::test
