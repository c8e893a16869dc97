// Cosigned heads as frames carry them.
//
// Pure functions, for any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/cosigned_brief.h"
#include "koinon/v1/wire.pb.h"
#include "proto/base/result.h"

namespace koinon::engine {

// The key IDs of cosignatures: 4 bytes each, at most limits::kCosignatures.
Bytes write_key_ids(const std::vector<std::uint32_t>& ids);
// kMalformed: the length is no multiple of 4. kTooLarge: too many. `field`: where they stand, for the error.
Result<std::vector<std::uint32_t>> read_key_ids(BytesView bytes, const char* field);

// kMalformed; kTooLarge: more than limits::kCosignedHeads, or key IDs of one.
Result<std::vector<CosignedBrief>> read_cosigned_heads(const v1::CosignedHeads& news);

}  // namespace koinon::engine
