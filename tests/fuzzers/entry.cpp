// Leaves and bodies, as peers send them.
#include "proto/codec/entry.h"

#include <cstddef>
#include <cstdint>

#include "proto/base/limits.h"
#include "storage/search/note_text.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto entry = parse_entry(input);
  if (entry.ok()) {
    // What parsed keeps every rule, whatever is read of it later.
    if (!check_entry(*entry).ok() || body_claim(*entry).size > limits::kBodyBytes) __builtin_trap();
  }
  const auto body = parse_body(input);
  if (body.ok()) (void)note_text(*body);
  return 0;
}
