// Evidence of a fork, as files and peers bring it.
#include "crypto/evidence.h"

#include <cstddef>
#include <cstdint>

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  static const bool kReady = init_crypto().ok();
  v1::Evidence evidence;
  if (kReady && evidence.ParseFromArray(input.data(), static_cast<int>(input.size())))
    (void)verify_evidence(evidence);
  return 0;
}
