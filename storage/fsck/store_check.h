// Looks at all that a node's folder holds. It changes nothing, and a daemon may run meanwhile: each database
// is read as it stood at one moment. Takes as long as all of it takes to be read and hashed.
#pragma once

#include <filesystem>
#include <functional>

#include "storage/fsck/damage.h"

namespace koinon::fsck {

using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;  // entries

// Errors only where a database cannot be read at all; damage stands in the report.
Result<Report> check_folder(const std::filesystem::path& data, const Progress& progress);

}  // namespace koinon::fsck
