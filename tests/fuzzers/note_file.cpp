// Notes with front matter.
#include "node/publishing/note_file.h"

#include <cstddef>
#include <cstdint>

#include "node/publishing/note_rules.h"
#include "proto/codec/entry.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  auto note = parse_note_file(input);
  if (!note.ok()) return 0;
  make_plain(*note);
  if (!check_note(*note).ok()) return 0;
  // What is formatted is read back the same.
  const auto again = parse_note_file(format_note_file(*note));
  if (!again.ok() || serialize(again->body) != serialize(note->body) || again->topics != note->topics)
    __builtin_trap();
  return 0;
}
