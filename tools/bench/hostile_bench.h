// Measures what hostile texts cost others. Foreign cities publish texts of a megabyte in many shapes that are
// slow for parsers of Markdown. It measures how long an operator and a visitor wait while all of these are
// opened, put into feeds and mailed.
#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct HostileBenchOptions {
  std::uint64_t texts = 1000;
  std::uint64_t cities = 20;
  std::size_t bytes = 1'000'000;  // of each
  std::size_t readers = 4;        // readers that open them, each from an address of its own
  std::filesystem::path koinond;
};

Result<boost::json::object> measure_hostile(const HostileBenchOptions& options);

}  // namespace koinon
