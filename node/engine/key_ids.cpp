#include "node/engine/key_ids.h"

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::engine {

Bytes write_key_ids(const std::vector<std::uint32_t>& ids) {
  Bytes out;
  for (const std::uint32_t id : ids) put_u32(out, id);
  return out;
}

Result<std::vector<std::uint32_t>> read_key_ids(BytesView bytes, const char* field) {
  if (bytes.size() % 4 != 0) return fail(Code::kMalformed, "a key ID has 4 bytes", field);
  if (bytes.size() / 4 > limits::kCosignatures)
    return fail(Code::kTooLarge, "a head has at most 15 cosignatures", field);
  std::vector<std::uint32_t> out;
  for (std::size_t at = 0; at < bytes.size(); at += 4) out.push_back(get_u32(bytes.substr(at)));
  return out;
}

}  // namespace koinon::engine
