// What programs do with text that is ASCII: white space, control characters, capital letters. Other
// characters stay as they are. Pure functions, for any thread; the locale changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace koinon {

// Without spaces, tabs and line ends at both ends.
std::string trimmed(std::string_view text);
// Without any spaces, tabs and line ends. Mail programs break long lines, and what is copied has blanks about
// it.
std::string without_blanks(std::string_view text);
// The parts between the separators, each trimmed. Empty parts are left out.
std::vector<std::string> split(std::string_view text, char separator);
// A to Z as a to z.
std::string ascii_lower(std::string_view text);
// a to z as A to Z.
std::string ascii_upper(std::string_view text);
// Whether it has a character below U+0020, or U+007F, that is not among those allowed.
bool has_control(std::string_view text, std::string_view allowed = {});

}  // namespace koinon
