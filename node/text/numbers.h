// Numbers that people and programs write in addresses. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/base/result.h"

namespace koinon {

// How many items a list may have: 1 to `most`, or `otherwise` if the text is empty.
Result<std::size_t> read_limit(const std::string& text, std::size_t otherwise, std::size_t most);
// A number up to `most`, or 0 if the text is empty. `field` names it in errors.
Result<std::uint64_t> read_number(const std::string& text, const std::string& field, std::uint64_t most);

}  // namespace koinon
