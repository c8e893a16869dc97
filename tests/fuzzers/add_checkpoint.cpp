// What logs, and strangers, send to the witness for other systems; and lists of logs.
#include "node/witness/add_checkpoint.h"

#include <cstddef>
#include <cstdint>

#include "node/witness/witnessed_logs.h"
#include "proto/base/encoding.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto request = parse_add_checkpoint(input);
  if (request.ok()) {
    // One text a request: what parses is written back byte for byte.
    std::string again = "old " + std::to_string(request->old_size.value) + "\n";
    for (const Hash& hash : request->proof) again += to_base64(hash.view()) + "\n";
    if (again + "\n" + request->note.encode() != input) __builtin_trap();
  }
  WitnessedLogs logs;
  (void)logs.add_list(input);
  return 0;
}
