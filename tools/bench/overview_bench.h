// Measures the pages that look at many notes together: who learned from whom, our impact, the map, pictures.
#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

#include "proto/base/result.h"
#include "tools/bench/fill_ties.h"

namespace koinon {

struct OverviewBenchOptions {
  TiesLibraryOptions contents;
  std::size_t requests = 300;  // of each address
  std::filesystem::path koinond;
};

// Of each page the spread of times, and whether 99 of 100 came within what is wanted of them. Beside them
// stands an empty request.
Result<boost::json::object> measure_overviews(const OverviewBenchOptions& options);

}  // namespace koinon
