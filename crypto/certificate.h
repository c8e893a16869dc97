// Self-signed X.509 certificates over Ed25519 node keys (RFC 8410). Only the key in them counts: nodes pin
// it. They do not look at names and dates.
#pragma once

#include "crypto/ed25519.h"

namespace koinon {

struct TlsIdentity {
  Bytes certificate_der;
  Bytes private_key_der;  // PKCS #8; secret
};

// The same key always gives the same certificate.
Result<TlsIdentity> make_tls_identity(const SigningKey& node_key);
// The Ed25519 key of a certificate. Any other kind of key is an error.
Result<NodeKey> certificate_key(BytesView certificate_der);

}  // namespace koinon
