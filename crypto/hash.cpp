#include "crypto/hash.h"

#include <cstdlib>
#include <memory>

#include <openssl/evp.h>

namespace koinon {
namespace {

// Fetching the algorithm and making a context cost more than hashing a short record, so each thread
// keeps its own.
class Hasher {
 public:
  Hasher() : md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (md_ == nullptr || context_ == nullptr) std::abort();  // no SHA-256, no node
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

}  // namespace koinon
