// The sections of a practice as level-two headings of a Markdown text.
#pragma once

#include <string>
#include <string_view>

#include "koinon/v1/record.pb.h"

namespace koinon {

// Fills core, adaptable, challenge, solution, results, went_wrong, not_again, lessons and conditions from
// headings in any language of the vocabulary, and the summary from the first paragraph unless it is set. A
// line that a reader sees as code is no heading; but a fence that never ends ends where the next section is
// named.
void read_sections(v1::Practice& practice, std::string_view text);
// The inverse, with headings in `language`. Takes out of `practice` what the text says. What a text could not
// say stays in `practice`.
std::string take_sections(v1::Practice& practice, std::string_view language);

// The text without blank lines at its beginning and without white space at its end.
std::string trim_blank_lines(std::string_view text);

}  // namespace koinon
