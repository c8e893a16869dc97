// Catch-up of a fresh follower: two processes, TLS on loopback.
#pragma once

#include <cstdint>
#include <filesystem>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct CatchUpOptions {
  std::filesystem::path koinond;  // the program to run
  std::uint64_t records = 100'000;
  std::uint64_t body_bytes = 600;
};

// Figures, each with the machine's limit beside it.
Result<boost::json::object> measure_catch_up(const CatchUpOptions& options);

}  // namespace koinon
