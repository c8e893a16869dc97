#include <algorithm>

#include "node/text/markdown.h"

namespace koinon {
namespace {

// How deep a line stands in quotes and lists, by the marks at its beginning. It counts more levels than the
// parser does: each two columns of indentation count as one level.
std::size_t depth_of(std::string_view line) {
  std::size_t columns = 0;
  std::size_t markers = 0;
  bool number = false;  // the character before was a digit
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool digit = c >= '0' && c <= '9';
    const bool alone =
        i + 1 == line.size() || line[i + 1] == ' ' || line[i + 1] == '\t' || line[i + 1] == '\r';
    const bool bullet = alone && (c == '-' || c == '+' || c == '*' || (number && (c == '.' || c == ')')));
    if (c == ' ' || c == '\t') {
      columns += c == '\t' ? 4 : 1;
    } else if (c == '>' || bullet) {
      ++markers;
    } else if (!digit) {
      break;
    }
    number = digit;
  }
  return markers + columns / 2;
}

bool ends_paragraph(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// A rule under a heading or between paragraphs. Its marks open no quote or list.
bool is_rule(std::string_view line) {
  const auto first = line.find_first_of("-*");
  return first != std::string_view::npos &&
         line.find_first_not_of(std::string(" \t\r") + line[first]) == std::string_view::npos;
}

// The columns of a table of which this line may be the row of dashes. A row below that is shorter is filled
// up with empty cells: so a table may be as large as its columns times its rows, whatever is written in them.
std::uint64_t columns_of(std::string_view line) {
  if (line.find_first_not_of("|-: \t\r>+*.)0123456789") != std::string_view::npos) return 0;
  const auto bars = static_cast<std::uint64_t>(std::count(line.begin(), line.end(), '|'));
  return bars == 0 ? 0 : bars + 1;
}

}  // namespace

MarkdownCost markdown_cost(std::string_view text) {
  MarkdownCost out;
  out.bytes = text.size();
  std::uint64_t lines = 0;
  std::uint64_t brackets = 0;
  std::uint64_t columns = 0;
  const auto end_paragraph = [&] {
    out.brackets += brackets;
    out.steps += lines * brackets;
    out.cells += lines * columns;
    lines = brackets = columns = 0;
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++out.lines;
    if (ends_paragraph(line)) {
      end_paragraph();
      continue;
    }
    ++lines;
    columns = std::max(columns, columns_of(line));
    for (const char c : line) {
      brackets += c == '[' || c == ']' || c == '<' ? 1 : 0;
      out.marks += c == '*' || c == '_' || c == '`' || c == '&' || c == '\\' ? 1 : 0;
    }
    if (!is_rule(line)) out.depth = std::max(out.depth, depth_of(line));
  }
  end_paragraph();
  return out;
}

}  // namespace koinon
