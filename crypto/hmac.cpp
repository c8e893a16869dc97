#include "crypto/hmac.h"

#include <sodium.h>

namespace koinon {

Bytes hmac_sha256(BytesView key, BytesView message) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, raw(key), key.size());
  crypto_auth_hmacsha256_update(&state, raw(message), message.size());
  Bytes out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, raw(out));
  return out;
}

}  // namespace koinon
