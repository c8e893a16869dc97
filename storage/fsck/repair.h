// Marks what is damaged so that a running node gets it again, or makes it again from what is held.
#pragma once

#include <filesystem>

#include "storage/fsck/damage.h"
#include "storage/store/store.h"

namespace koinon::fsck {

// How many of the report's damages it could do something about. No daemon may use the folder, and no other
// connection.
Result<std::uint64_t> repair_folder(const std::filesystem::path& data, const Report& report, UnixMillis now);

}  // namespace koinon::fsck
