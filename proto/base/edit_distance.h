// How many letters must be put in, taken out or changed to make one word of another (Levenshtein's distance).
#pragma once

#include <cstddef>
#include <string_view>

namespace koinon {

// Bytes count as letters. Costs the product of both lengths: callers bound what others wrote.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace koinon
