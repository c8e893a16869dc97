#include "crypto/secret_memory.h"

#include <openssl/crypto.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace koinon {
namespace {

constexpr std::size_t kOpensslHeap = 64 * 1024;
constexpr std::size_t kOpensslLeast = 64;

}  // namespace

std::shared_ptr<unsigned char[]> make_secret(std::size_t size, KeyMemory memory) {
  // If the system locks no more pages, the secret is at least kept out of core dumps, and wiped.
  if (memory == KeyMemory::kLocked) {
    if (auto* locked = static_cast<unsigned char*>(sodium_malloc(size)); locked != nullptr)
      return {locked, [](unsigned char* bytes) { sodium_free(bytes); }};
  }
  return {new unsigned char[size](), [size](unsigned char* bytes) {
            sodium_memzero(bytes, size);
            delete[] bytes;
          }};
}

void wipe(Bytes& bytes) {
  sodium_memzero(bytes.data(), bytes.size());
  bytes.clear();
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Status protect_secrets() {
  const rlimit none{0, 0};
  bool kept = ::setrlimit(RLIMIT_CORE, &none) == 0;
#if !defined(__has_feature) || !__has_feature(address_sanitizer)
  // The limit on the size of a core dump does not hold for one that is piped to a handler. So the process is
  // made not dumpable, except in tests: their leak checker must attach to its process.
  kept = kept && ::prctl(PR_SET_DUMPABLE, 0) == 0;
#endif
  kept = kept && CRYPTO_secure_malloc_init(kOpensslHeap, kOpensslLeast) != 0;
  return kept ? Status() : Status(fail(Code::kInternal, "core dumps with keys in them cannot be turned off"));
}

}  // namespace koinon
