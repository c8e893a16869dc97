// The beginning of what somebody wrote, for a line at a glance. Pure, for any thread.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// The first sentence of Markdown as one plain line, as ICU finds sentences (UAX 29), at most `most` bytes. A
// longer one is cut between words and ends with an ellipsis. Only the first few KiB of the text are looked
// at.
std::string first_sentence(std::string_view markdown, std::size_t most);

// One plain line, cut in the same way.
std::string clipped_line(std::string_view line, std::size_t most);

}  // namespace koinon
