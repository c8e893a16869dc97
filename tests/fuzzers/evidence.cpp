// Evidence of a fork, as files and peers bring it.
#include "crypto/evidence.h"

#include <cstddef>
#include <cstdint>

#include "crypto/evidence_mark.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  static const bool kReady = init_crypto().ok();
  if (!kReady) return 0;
  const auto shown = read_evidence(input);
  (void)mark_of(input);
  // Whatever is changed in the corpus: what is taken contradicts itself.
  const auto* heads = shown.ok() ? std::get_if<TwoHeads>(&shown->said) : nullptr;
  if (heads != nullptr && (heads->first_root == heads->second_root || heads->at.value == 0)) __builtin_trap();
  const auto* statements = shown.ok() ? std::get_if<TwoStatements>(&shown->said) : nullptr;
  if (statements != nullptr && statements->first == statements->second) __builtin_trap();
  // What is kept of it is evidence of the same, and nothing more can be left out of that.
  if (!shown.ok()) return 0;
  const auto kept = verify_evidence(shown->normal);
  if (!kept.ok() || kept->normal.SerializeAsString() != shown->normal.SerializeAsString()) __builtin_trap();
  return 0;
}
