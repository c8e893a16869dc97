#include "node/text/spoken_key.h"

#include "proto/base/encoding.h"

namespace koinon {

std::string spoken(const NodeKey& key) { return spoken(key.view()); }

std::string spoken(BytesView key) {
  constexpr std::size_t kSpokenBytes = 16;
  const std::string hex = to_hex(key.substr(0, kSpokenBytes));
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 4) out += (i == 0 ? "" : " ") + hex.substr(i, 4);
  return out;
}

}  // namespace koinon
