#include "crypto/hash.h"

#include <cstdlib>
#include <memory>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace koinon {

Hash sha256(BytesView bytes) { return sha256({bytes}); }

// OpenSSL 3 calls these functions old, and means the general ones (EVP) to be used. Those make and free a
// state of their own for each message, which takes longer than to hash the 65 bytes of a tree's node. Hashes
// of nodes and entries are most of what a node that catches up computes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Hash sha256(std::initializer_list<BytesView> parts) {
  Hash out;
  SHA256_CTX context;
  bool good = SHA256_Init(&context) == 1;
  for (const BytesView part : parts) good = good && SHA256_Update(&context, part.data(), part.size()) == 1;
  good = good && SHA256_Final(out.data.data(), &context) == 1;
  if (!good) std::abort();  // without SHA-256 no node can work
  return out;
}
#pragma GCC diagnostic pop

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr) != 1) std::abort();
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void Sha256::update(BytesView bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) std::abort();
}

Hash Sha256::finish() {
  Hash out;
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), out.data.data(), &size) != 1) std::abort();
  return out;
}

}  // namespace koinon
