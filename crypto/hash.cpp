#include "crypto/hash.h"

#include <cstdlib>
#include <memory>

#include <openssl/evp.h>

namespace koinon {
namespace {

// To fetch the algorithm and make a context takes longer than to hash a short record. So each thread keeps
// its own.
class Hasher {
 public:
  Hasher() : md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (md_ == nullptr || context_ == nullptr) std::abort();  // without SHA-256 no node can work
  }
  ~Hasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(md_);
  }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hash hash(std::initializer_list<BytesView> parts) {
    Hash out;
    unsigned int size = 0;
    bool good = EVP_DigestInit_ex2(context_, md_, nullptr) == 1;
    for (const BytesView part : parts)
      good = good && EVP_DigestUpdate(context_, part.data(), part.size()) == 1;
    good = good && EVP_DigestFinal_ex(context_, out.data.data(), &size) == 1;
    if (!good) std::abort();
    return out;
  }

 private:
  EVP_MD* md_;
  EVP_MD_CTX* context_;
};

}  // namespace

Hash sha256(BytesView bytes) { return sha256({bytes}); }

Hash sha256(std::initializer_list<BytesView> parts) {
  thread_local Hasher hasher;
  return hasher.hash(parts);
}

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
