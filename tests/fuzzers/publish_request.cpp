// Publish requests of the API.
#include <cstddef>
#include <cstdint>
#include <string>

#include "node/api/change_request.h"
#include "node/publishing/note_rules.h"
#include "proto/base/types.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto object = parse_request(std::string(input));
  if (!object.ok()) return 0;
  const auto note = read_publish_request(*object);
  if (note.ok()) (void)check_note(*note);
  return 0;
}
