// The key IDs of cosignatures, as frames carry them: 4 bytes each, at most limits::kCosignatures.
//
// Pure functions, for any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::engine {

Bytes write_key_ids(const std::vector<std::uint32_t>& ids);
// kMalformed: the length is no multiple of 4. kTooLarge: too many. `field`: where they stand, for the error.
Result<std::vector<std::uint32_t>> read_key_ids(BytesView bytes, const char* field);

}  // namespace koinon::engine
