#include "node/transport/tls.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "crypto/certificate.h"
#include "node/transport/deadline.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

Bytes certificate_der(X509* certificate) {
  unsigned char* out = nullptr;
  const int size = i2d_X509(certificate, &out);
  if (size <= 0) return {};
  Bytes der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

// Where a stream's check is kept in its SSL object; the application data are Asio's own.
int check_index() {
  static const int kIndex = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

// Stands in for OpenSSL's chain building: there is no chain, only a key that is pinned or not. That the peer
// holds the key is proven by its CertificateVerify, which OpenSSL checks by itself.
int verify_pin(X509_STORE_CTX* context, void*) {
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509* certificate = X509_STORE_CTX_get0_cert(context);
  auto* check = ssl == nullptr ? nullptr : static_cast<PinCheck*>(SSL_get_ex_data(ssl, check_index()));
  if (check == nullptr || certificate == nullptr) return 0;
  const auto key = certificate_key(certificate_der(certificate));
  const Pinning answer = key.ok() ? check->accepts(*key) : Pinning::kNotPinned;
  if (answer == Pinning::kPinned) {
    check->seen = *key;
    return 1;
  }
  if (key.ok()) check->refused = *key;
  // OpenSSL makes the alert of the error: unknown_ca of this one, bad_certificate of the other.
  X509_STORE_CTX_set_error(context, answer == Pinning::kNotNow ? X509_V_ERR_CERT_REJECTED
                                                               : X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
  return 0;
}

Error context_error() { return fail(Code::kInternal, "OpenSSL could not be set up for TLS 1.3", "tls"); }

}  // namespace

Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const SigningKey& node_key) {
  KOINON_ASSIGN(TlsIdentity identity, make_tls_identity(node_key));
  try {
    auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls);
    SSL_CTX* raw = context->native_handle();
    context->use_certificate(boost::asio::buffer(identity.certificate_der), boost::asio::ssl::context::asn1);
    context->use_private_key(boost::asio::buffer(identity.private_key_der), boost::asio::ssl::context::asn1);
    wipe(identity.private_key_der);
    if (SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION) != 1 || SSL_CTX_set_num_tickets(raw, 0) != 1) {
      return context_error();
    }
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(raw, verify_pin, nullptr);
    return context;
  } catch (const std::exception&) {
    return context_error();
  }
}

Result<Bytes> exported_bytes(TlsStream& stream, std::string_view label, std::size_t count) {
  Bytes out(count, '\0');
  if (SSL_export_keying_material(stream.native_handle(), reinterpret_cast<unsigned char*>(out.data()), count,
                                 label.data(), label.size(), nullptr, 0, 0) != 1)
    return fail(Code::kInternal, "the connection gives no key material", "tls");
  return out;
}

// In TLS 1.3 who dials has finished its handshake before the other side has looked at its certificate: the
// refusal comes as an alert where the first frame was awaited.
Ending ending_of(const boost::system::error_code& error) {
  if (error.category() != boost::asio::error::get_ssl_category()) return Ending::kClosed;
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:  // of nodes that did not tell the two apart
      return Ending::kNotPinnedThere;
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
      return Ending::kRefusedThere;
    default:
      return Ending::kClosed;
  }
}

void attach(TlsStream& stream, PinCheck& check) {
  SSL_set_ex_data(stream.native_handle(), check_index(), &check);
}

boost::asio::awaitable<Shaken> shake_hands(TlsStream* stream, bool server) {
  const Deadline deadline(stream->next_layer(), limits::kHandshakeDeadline);
  boost::system::error_code error;
  co_await stream->async_handshake(server ? TlsStream::server : TlsStream::client,
                                   boost::asio::redirect_error(boost::asio::use_awaitable, error));
  if (deadline.is_over()) co_return Shaken::kNotInTime;
  co_return error ? Shaken::kNo : Shaken::kYes;
}

}  // namespace koinon
