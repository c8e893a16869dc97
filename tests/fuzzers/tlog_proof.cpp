// Proof files that somebody hands to koinon verify.
#include "crypto/tlog_proof.h"

#include <cstddef>
#include <cstdint>

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto proof = parse_tlog_proof(input);
  // One text a proof: what parses is written back byte for byte.
  if (proof.ok() && proof->encode() != input) __builtin_trap();
  return 0;
}
