// CommonMark of others as HTML and as plain text, in a time that its length bounds.
//
// Parsed by md4c, which is linear but for a few shapes of text; those are counted before it begins (see
// markdown_cost), and past a cap a text is shown as it was written. Pure functions, for any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/limits.h"

namespace koinon {

struct MarkdownHtml {
  std::string html;
  bool as_written = false;  // past a cap: the text in one <pre>, no Markdown of it obeyed
  bool cut = false;         // only its beginning
};

// Raw HTML is shown as it was typed. Links lead to http, https and mailto only (others keep their text),
// images are links, control and bidirectional formatting characters are gone. `deadline`: of processor time.
MarkdownHtml render_markdown(std::string_view text,
                             std::chrono::nanoseconds deadline = limits::kMarkdownDeadline);
// The HTML, with a line before it where the text is shown as it was written.
std::string with_notice(const MarkdownHtml& rendered);
std::string markdown_html(std::string_view text);
// As plain text with its structure, for mail; a text past a cap as it was written.
std::string markdown_text(std::string_view text);

// The line that stands before a text that is shown as it was written, for readers of English.
inline constexpr std::string_view kShownAsWritten =
    "This text is shown as it was written: it has too much formatting to be shown with it.";
inline constexpr std::string_view kBeginningShown =
    "It is long, so only its beginning is shown; the note's Markdown file has all of it.";

// What makes a text dear to its parser.
struct MarkdownCost {
  std::size_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t marks = 0;     // * _ ` & and backslash
  std::uint64_t brackets = 0;  // [ ] and <
  std::size_t depth = 0;       // of quotes and lists within each other, at most
  std::uint64_t steps = 0;     // brackets of a paragraph times its lines, summed over the paragraphs
};
MarkdownCost markdown_cost(std::string_view text);

// Where a text has blocks of code, as its reader sees them.
struct MarkdownCode {
  std::vector<bool> lines;  // of each line of the text, whether it is code; false for fences and blank lines
  std::size_t blocks = 0;
};
// Nothing: quotes and lists stand within each other deeper than limits::kMarkdownDepth. The time grows with
// the length of the text and no faster.
std::optional<MarkdownCode> markdown_code(std::string_view text);

}  // namespace koinon
