// What hostile texts cost others: texts of a megabyte each, of many shapes that hurt readers of Markdown,
// published by foreign cities; and how long an operator and a visitor wait while all of them are opened, fed
// and mailed.
#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct HostileBenchOptions {
  std::uint64_t texts = 1000;
  std::uint64_t cities = 20;
  std::size_t bytes = 1'000'000;  // of each
  std::size_t readers = 4;        // that open them, each from an address of its own
  std::filesystem::path koinond;
};

Result<boost::json::object> measure_hostile(const HostileBenchOptions& options);

}  // namespace koinon
