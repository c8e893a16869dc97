// Peer lines, addresses, refs and cities, as people paste them.
#include <cstddef>
#include <cstdint>

#include "crypto/identity.h"
#include "proto/codec/name.h"
#include "proto/codec/ref.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto line = parse_peer_line(input);
  if (line.ok() && !parse_peer_line(line->text()).ok()) __builtin_trap();
  const auto address = parse_address(input);
  if (address.ok() && !parse_address(address->text()).ok()) __builtin_trap();
  (void)parse_ref(input);
  (void)parse_city(input);
  (void)parse_origin(input);
  return 0;
}
