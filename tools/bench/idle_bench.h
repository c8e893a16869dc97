// Measures what a node costs that has nothing to do: its memory, how often its threads wake up, its
// descriptors. First a city alone with a few notes, then the same with two peers that are connected and as
// idle as it is.
#pragma once

#include <chrono>
#include <filesystem>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct IdleBenchOptions {
  std::chrono::minutes time{10};  // that it is watched, once it is settled; each of the two
  std::uint64_t notes = 5;
  std::filesystem::path koinond;
};

// Beside it stands what no node can do without: the memory of a koinond that only says its version, at its
// end, with the same libraries.
Result<boost::json::object> measure_idle(const IdleBenchOptions& options);

}  // namespace koinon
