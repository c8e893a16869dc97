// Measures how long reading takes over a library of 100,000 practices, for a client of the daemon.
#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

#include "tools/bench/fill_library.h"

namespace koinon {

struct SearchBenchOptions {
  std::filesystem::path koinond;
  LibraryOptions contents;
  std::size_t searches = 1000;
};

Result<boost::json::object> measure_search(const SearchBenchOptions& options);

}  // namespace koinon
