// A log's keys as they stand beside a proof and in a data folder.
#include <cstddef>
#include <cstdint>

#include "crypto/ed25519.h"
#include "crypto/key_history_text.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kReady = init_crypto().ok();
  if (!kReady) __builtin_trap();
  const auto keys = parse_key_history(BytesView(reinterpret_cast<const char*>(data), size));
  if (!keys.ok()) return 0;
  const auto again = parse_key_history(key_history_text(*keys));
  if (!again.ok() || again->notes() != keys->notes()) __builtin_trap();
  const auto kept = KeyHistory::kept(keys->identity(), keys->notes());
  if (!kept.ok() || kept->vkey().text() != keys->vkey().text()) __builtin_trap();
  return 0;
}
