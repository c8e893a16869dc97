// What this machine can do at best, measured in the same run as what is compared with it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "proto/base/result.h"

namespace koinon {

// Rows a second into one SQLite table in WAL mode, 1000 a transaction, entry and body as given.
Result<double> raw_batch_insert_rate(const std::filesystem::path& folder, std::uint64_t rows,
                                     std::size_t entry_bytes, std::size_t body_bytes);
// SHA-256 of messages of so many bytes, a second, on one core.
double hash_rate(std::size_t bytes);

}  // namespace koinon
