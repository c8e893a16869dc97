#include "crypto/certificate.h"

#include <memory>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace koinon {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using X509Pointer = std::unique_ptr<X509, Deleter<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Pkcs8Pointer = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;

Error openssl_error() {
  return fail(Code::kInternal, "OpenSSL could not make the certificate", "certificate");
}

template <typename T, typename Encode>
Result<Bytes> to_der(T* object, Encode encode) {
  unsigned char* out = nullptr;
  const int size = encode(object, &out);
  if (size <= 0) return openssl_error();
  Bytes der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

bool fill(X509* certificate, EVP_PKEY* key) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* label = reinterpret_cast<const unsigned char*>("koinon");
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
         ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20200101000000Z") == 1 &&
         ASN1_TIME_set_string(X509_getm_notAfter(certificate), "99991231235959Z") == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, label, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, nullptr) > 0;
}

}  // namespace

Result<TlsIdentity> make_tls_identity(const SigningKey& node_key) {
  const BytesView seed = node_key.seed();
  const KeyPointer key(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
  const X509Pointer certificate(X509_new());
  if (!key || !certificate || !fill(certificate.get(), key.get())) return openssl_error();
  const Pkcs8Pointer pkcs8(EVP_PKEY2PKCS8(key.get()));
  if (!pkcs8) return openssl_error();
  TlsIdentity identity;
  KOINON_ASSIGN(identity.certificate_der, to_der(certificate.get(), i2d_X509));
  KOINON_ASSIGN(identity.private_key_der, to_der(pkcs8.get(), i2d_PKCS8_PRIV_KEY_INFO));
  return identity;
}

Result<NodeKey> certificate_key(BytesView der) {
  const Error error = fail(Code::kMalformed, "the certificate does not carry an Ed25519 key", "certificate");
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const X509Pointer certificate(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
  if (!certificate) return error;
  const EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  NodeKey out;
  std::size_t size = out.data.size();
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, out.data.data(), &size) != 1 || size != NodeKey::kSize) {
    return error;
  }
  return out;
}

}  // namespace koinon
