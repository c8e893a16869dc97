// Stores full of records, for measurements and tests.
#pragma once

#include <cstdint>

#include "node/daemon/data_folder.h"

namespace koinon {

struct FillOptions {
  std::uint64_t logs =
      0;  // further cities, one Genesis each, vouched for by the node (limits::kVouches count)
  std::uint64_t records = 0;  // practices in the node's own log
  std::uint64_t body_bytes = 600;
  std::uint64_t replies = 0;  // of a paragraph each, to the practice in the middle of the log
};

// Into the store of a node that is not running and whose keys are not sealed.
Status fill_store(const DataFolder& folder, const FillOptions& options);

}  // namespace koinon
