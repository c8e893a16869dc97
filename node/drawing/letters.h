// How much room a text takes. The server has no fonts: widths are estimates that are too wide rather than too
// narrow, for the sans-serif faces that browsers have. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// Of one line of UTF-8, in the units of `size`, which is the font's size. Marks on letters take no room,
// characters of Chinese, Japanese and Korean a whole em.
double text_width(std::string_view text, double size);
// The text, or as much of it as there is room for, with an ellipsis behind. Empty: not even one character
// fits.
std::string fitted(std::string_view text, double size, double width);

}  // namespace koinon
