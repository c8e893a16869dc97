// Entry bundles of C2SP tlog-tiles: before each entry its length in two bytes, big-endian. Pure.
#pragma once

#include <vector>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::audit {

// The largest bundle of so many entries.
std::size_t bundle_bytes(unsigned width);

// The entries of a bundle, as views into it. kMalformed: it has not exactly so many entries, or bytes behind
// them.
Result<std::vector<BytesView>> parse_entry_bundle(BytesView bundle, unsigned width);

}  // namespace koinon::audit
