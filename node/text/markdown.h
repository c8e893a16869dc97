// Turns Markdown of others into HTML or plain text, in a time that is bounded by its length: CommonMark with
// the tables, task lists and bare addresses of GFM.
//
// md4c parses it. Its time is linear except for a few shapes of text. These are counted before it begins (see
// markdown_cost). A text past a cap is shown as it was written. Pure functions, for any thread.
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
  bool as_written = false;  // the text is past a cap: it stands in one <pre>, and its Markdown is not read
  bool cut = false;         // only the beginning is shown
};

// Raw HTML is shown as it was typed. Links lead to http, https and mailto only; other links keep only their
// text. Images become links. Control and bidirectional formatting characters are removed. `above` is the
// level of the heading under which the text stands (0: none): its own headings begin one below that.
// `deadline` is processor time.
MarkdownHtml render_markdown(std::string_view text, unsigned above = 0,
                             std::chrono::nanoseconds deadline = limits::kMarkdownDeadline);
// The HTML. If the text is shown as it was written, a line before it says so.
std::string with_notice(const MarkdownHtml& rendered);
std::string markdown_html(std::string_view text, unsigned above = 0);
// The Markdown as plain text that keeps its structure, for mail. A text past a cap stays as it was written.
std::string markdown_text(std::string_view text);
// Its words alone on one line, for a list or a feed: no marks, no addresses of links.
std::string markdown_line(std::string_view text);
// A title, which has no blocks: without marks of emphasis, code and links.
std::string title_line(std::string_view title);

// In English, the line before a text that is shown as it was written.
inline constexpr std::string_view kShownAsWritten =
    "This text is shown as it was written: it has too much formatting to be shown with it.";
inline constexpr std::string_view kBeginningShown =
    "It is long, so only its beginning is shown; the note's Markdown file has all of it.";

// Counts of what makes a text slow to parse.
struct MarkdownCost {
  std::size_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t marks = 0;     // * _ ` & and backslash
  std::uint64_t brackets = 0;  // [ ] and <
  std::size_t depth = 0;       // the largest depth of quotes and lists inside each other
  std::uint64_t steps = 0;     // brackets of a paragraph times its lines, summed over the paragraphs
  std::uint64_t cells = 0;     // that tables may have: columns of a paragraph times its lines, summed as well
};
MarkdownCost markdown_cost(std::string_view text);

// Where a text has blocks of code, as its reader sees them.
struct MarkdownCode {
  std::vector<bool> lines;  // of each line of the text, whether it is code; false for fences and blank lines
  std::size_t blocks = 0;
  std::size_t last_begins = 0;  // the first line of code of the last block that has one
};
// Nothing: quotes and lists (indentation counts as such) stand within each other deeper than
// limits::kMarkdownDepth. The time grows with the length of the text and no faster.
std::optional<MarkdownCode> markdown_code(std::string_view text);

}  // namespace koinon
