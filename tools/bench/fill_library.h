// Makes a network's library to measure search: practices of many cities in five languages, which adopt each
// other's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "node/daemon/data_folder.h"

namespace koinon {

struct LibraryOptions {
  std::uint64_t practices = 100'000;
  std::uint64_t cities = 200;
  std::uint64_t words = 180;  // of a note
};

// Writes into the store of a node that is not running. The same options give the same library.
Status fill_library(const DataFolder& folder, const LibraryOptions& options);

// Searches as people might type them: one to three of the library's words, common and rare ones.
std::vector<std::string> library_searches(std::size_t count);

}  // namespace koinon
