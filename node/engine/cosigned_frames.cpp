#include "node/engine/cosigned_frames.h"

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

namespace {

Result<CosignedBrief> read_brief(const v1::CosignedHead& told) {
  const auto malformed = [](const char* why, const char* field) {
    return fail(Code::kMalformed, why, field);
  };
  if (told.root().size() != Hash::kSize) return malformed("it has not 32 bytes", "cosigned_head.root");
  if (told.size() == 0) return malformed("no city signs an empty log", "cosigned_head.size");
  CosignedBrief out;
  KOINON_ASSIGN(out.key_ids, read_key_ids(told.key_ids(), "cosigned_head.key_ids"));
  out.recoveries = told.recoveries();
  out.size = TreeSize(told.size());
  out.root = Hash::from(told.root());
  return out;
}

}  // namespace

Result<std::vector<CosignedBrief>> read_cosigned_heads(const v1::CosignedHeads& news) {
  if (news.log_id().size() != LogId::kSize)
    return fail(Code::kMalformed, "it has not 32 bytes", "cosigned_heads.log_id");
  if (static_cast<std::size_t>(news.heads_size()) > limits::kCosignedHeads)
    return fail(Code::kTooLarge, "at most 5 heads of a log are told", "cosigned_heads.heads");
  std::vector<CosignedBrief> out;
  for (const v1::CosignedHead& told : news.heads()) {
    KOINON_ASSIGN(CosignedBrief head, read_brief(told));
    out.push_back(std::move(head));
  }
  return out;
}

}  // namespace koinon::engine
