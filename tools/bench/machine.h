// What a measurement was made on.
#pragma once

#include <filesystem>

#include <boost/json/object.hpp>

namespace koinon {

// Processor, cores, memory, kernel, the file system of the folder, the version of this program, and the time.
boost::json::object machine_facts(const std::filesystem::path& folder);

}  // namespace koinon
