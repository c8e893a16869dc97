// Room on the disk of the data folder, and whether that disk is fit for databases.
#pragma once

#include <cstdint>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct DiskFacts {
  std::uint64_t free_bytes = 1ULL << 40;
  std::uint64_t size_bytes = 2ULL << 40;
  std::uint64_t reserve_bytes = 1ULL << 30;  // disk.reserve_bytes
  std::uint64_t alarm_bytes = 0;             // below which koinond has the alarm `disk`
  std::uint64_t free_files = 1'000'000;      // inodes; file systems without a limit say 0 of 0
  std::uint64_t most_files = 2'000'000;
  bool read_only = false;
  std::string network;  // nfs, cifs: the name of a file system that lies in the network; empty: it does not
  std::uint64_t store_bytes = 0;
  std::uint64_t store_most = 0;  // store.max_bytes; 0: no quota
};

Findings check(const DiskFacts& facts);

}  // namespace koinon::doctor
