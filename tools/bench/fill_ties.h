// Makes a network's notes to measure overviews: cities in many countries that take up each other's practices
// over ten years, ask each other, and vouch for each other.
#pragma once

#include <cstdint>

#include "node/daemon/data_folder.h"

namespace koinon {

struct TiesLibraryOptions {
  std::uint64_t cities = 200;  // besides the node's own; the node vouches for them
  std::uint64_t notes = 20'000;
};

// Writes into the store of a node that is not running and whose keys are not sealed. The same options give
// the same notes, but for the node's own key. Of ten notes four are practices, five adoptions; the others are
// questions, and vouches.
Status fill_ties(const DataFolder& folder, const TiesLibraryOptions& options);

// A topic and an agreement that many of these practices name.
inline constexpr const char* kBenchTopic = "health";
inline constexpr const char* kBenchAgreement = "Agreement 1";

}  // namespace koinon
