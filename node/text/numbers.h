// Numbers that people and programs write in addresses. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/base/result.h"

namespace koinon {

// How many items a list has: 1 to `most`; `otherwise` where nothing is written.
Result<std::size_t> read_limit(const std::string& text, std::size_t otherwise, std::size_t most);
// A number up to `most`; 0 where nothing is written. `field` names it in errors.
Result<std::uint64_t> read_number(const std::string& text, const std::string& field, std::uint64_t most);

}  // namespace koinon
