// Measures what a store does to very many records at once: it erases, applies a changed filter, and removes a
// log to its last byte. On SQLite, and on a PostgreSQL server beside it.
#pragma once

#include <cstdint>
#include <string>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

struct StoreWorkOptions {
  std::uint64_t records = 100'000;
  std::string store;  // the server, or "own"; empty: SQLite alone
};

Result<boost::json::object> measure_store_work(const StoreWorkOptions& options);

}  // namespace koinon
