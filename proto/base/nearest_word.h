// The word that somebody may have meant who wrote one that is not known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace koinon {

// Of `known` the one that is nearest by edit_distance(): at most 1 letter off for a word of 2 letters or
// fewer, 2 for 5 or fewer, else 3. Of several that are as near, the first. Else the only one that begins with
// what was written, if that has 3 letters or more. Nothing: none is near, or more than 64 bytes were written.
std::optional<std::string> nearest_word(std::string_view given, const std::vector<std::string>& known);

}  // namespace koinon
