// Shapes that people write and md4c 0.4.8 does not read, made into shapes that it does.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// The row under a table's head gets three dashes at least in each cell: |-|:-:| is |---|:---:|. A table that
// follows a line of text is parted from it by a blank line. What stands between fences of code stays. Linear:
// no text becomes more than three times as long.
std::string with_plain_tables(std::string_view text);
// The key with the asterisk (an emoji) holds kStarKey in its place, which begins no emphasis.
std::string with_star_keys(std::string_view text);

}  // namespace koinon
