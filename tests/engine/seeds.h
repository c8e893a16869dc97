// For how many seeds a test of the engine runs.
#pragma once

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

namespace koinon::test {

// From 1 on. Few with each commit: two cores are to be done in 40 minutes. All where KOINON_ALL is set.
inline auto seeds(unsigned most) {
  constexpr unsigned kWithEachCommit = 2;
  const bool all = std::getenv("KOINON_ALL") != nullptr;
  return testing::Range(1U, 1 + (all ? most : std::min(most, kWithEachCommit)));
}

}  // namespace koinon::test
