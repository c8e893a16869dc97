// Certificates, before a handshake has proven anything.
#include "crypto/certificate.h"

#include <cstddef>
#include <cstdint>

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  (void)certificate_key(input);
  return 0;
}
