// Measures how a new follower catches up: two processes, TLS on loopback.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct CatchUpOptions {
  std::filesystem::path koinond;  // the program to run
  std::uint64_t records = 100'000;
  std::uint64_t body_bytes = 600;
  std::string store;  // the server of the follower's store, or "own"; empty: SQLite
};

// The figures, and beside each the machine's limit.
Result<boost::json::object> measure_catch_up(const CatchUpOptions& options);

}  // namespace koinon
