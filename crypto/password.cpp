#include "crypto/password.h"

#include <array>

#include <sodium.h>

#include "crypto/ed25519.h"

namespace koinon {

Result<std::string> hash_password(BytesView password) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str(out.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return fail(Code::kUnavailable, "there is not enough memory to check passwords");
  }
  return std::string(out.data());
}

bool password_matches(const std::string& hash, BytesView password) {
  return hash.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

const std::string& hash_of_nobody() {
  static const std::string kHash = [] {
    const auto hash = hash_password(random_bytes(32));
    return hash.ok() ? *hash : std::string();
  }();
  return kHash;
}

}  // namespace koinon
