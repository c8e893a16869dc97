// Signed notes, checkpoints and verifier keys.
#include <cstddef>
#include <cstdint>

#include "crypto/checkpoint.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto note = parse_note(input);
  if (note.ok()) {
    (void)parse_checkpoint_text(note->text);
    const auto again = parse_note(note->encode());
    if (!again.ok() || again->text != note->text || again->signatures.size() != note->signatures.size())
      __builtin_trap();
  }
  const auto vkey = parse_vkey(input);
  if (vkey.ok() && vkey->text() != input) __builtin_trap();
  return 0;
}
