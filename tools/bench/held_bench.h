// Compares what reading costs over few and over very many notes of one city: the first page, a note's page, a
// feed and a record.
#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct HeldBenchOptions {
  std::uint64_t few = 1'000;
  std::uint64_t many = 1'000'000;
  std::size_t requests = 500;  // of each
  std::filesystem::path koinond;
};

Result<boost::json::object> measure_held(const HeldBenchOptions& options);
// The same over few notes. The note's page shows 20 replies. Each address has one connection, with one
// request after the other.
Result<boost::json::object> measure_pages(const HeldBenchOptions& options);

}  // namespace koinon
