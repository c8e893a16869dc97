// Evidence of a fork, as files and peers bring it.
#include "crypto/evidence.h"

#include <cstddef>
#include <cstdint>

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  static const bool kReady = init_crypto().ok();
  if (!kReady) return 0;
  const auto shown = read_evidence(input);
  // Whatever is changed in the corpus: what is taken contradicts itself.
  if (shown.ok() && (shown->first_root == shown->second_root || shown->at.value == 0)) __builtin_trap();
  return 0;
}
