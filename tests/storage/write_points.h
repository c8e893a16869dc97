// At which of many write points a test fails the disk.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace koinon::test {

// From one point to the next. Few points with each commit: two cores are to be done in 40 minutes. All where
// KOINON_ALL is set.
inline std::uint64_t write_point_step() { return std::getenv("KOINON_ALL") == nullptr ? 5 : 1; }

}  // namespace koinon::test
