// Two runs of koinon-bench side by side.
#pragma once

#include <filesystem>
#include <string>

#include "proto/base/result.h"

namespace koinon {

// A line for each figure that both have: how much better or worse the new one is, by the ratio to the
// machine's limit where both have one, else by the value itself. What the repetitions of either cover says
// nothing, and is marked.
Result<std::string> compare_runs(const std::filesystem::path& before, const std::filesystem::path& after);

}  // namespace koinon
