// The best that this machine can do, measured in the same run as the figures that are compared with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "proto/base/result.h"

namespace koinon {

// How many rows a second go into one SQLite table in WAL mode, 1000 in a transaction, with the given entry
// and body.
Result<double> raw_batch_insert_rate(const std::filesystem::path& folder, std::uint64_t rows,
                                     std::size_t entry_bytes, std::size_t body_bytes);
// The same on a PostgreSQL server: COPY in its binary format into one table with a primary key, 1000 rows in
// a transaction, which is not waited for until it is on the disk, as with what comes from peers.
Result<double> raw_copy_rate(const std::string& url, std::uint64_t rows, std::size_t entry_bytes,
                             std::size_t body_bytes);
// How many messages of this size SHA-256 hashes a second on one core.
double hash_rate(std::size_t bytes);

// How often a second 4 KiB are appended to a file of the folder and are on the disk.
Result<double> raw_fsync_rate(const std::filesystem::path& folder);

}  // namespace koinon
