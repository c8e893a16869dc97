// Measures what cosignatures take: room on disk, memory of what a node remembers of them while it runs, and
// time to keep them and to start with them.
#pragma once

#include <cstdint>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct CosignaturesBenchOptions {
  std::uint64_t logs = 10'000;
  std::size_t lines = 15;  // of the newest head of each; limits::kCosignatures at most
};

Result<boost::json::object> measure_cosignatures(const CosignaturesBenchOptions& options);

}  // namespace koinon
