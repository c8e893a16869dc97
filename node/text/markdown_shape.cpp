#include "node/text/markdown_shape.h"

#include <algorithm>

#include "node/text/fence.h"
#include "node/text/markdown_writer.h"

namespace koinon {
namespace {

bool is_row_of_dashes(std::string_view line) {
  return line.find('|') != std::string_view::npos && line.find('-') != std::string_view::npos &&
         line.find_first_not_of("|-: \t>\r\n") == std::string_view::npos;
}

void append_long_dashes(std::string& out, std::string_view line) {
  constexpr std::size_t kLeast = 3;
  while (!line.empty()) {
    const auto text = std::min(line.find('-'), line.size());
    out += line.substr(0, text);
    line.remove_prefix(text);
    const auto dashes = std::min(line.find_first_not_of('-'), line.size());
    if (dashes > 0) out += std::string(std::max(dashes, kLeast), '-');
    line.remove_prefix(dashes);
  }
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// The cells of a row; bars at its ends make no cell.
std::size_t cells_of(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  const auto last = line.find_last_not_of(" \t\r\n");
  if (first == std::string_view::npos) return 0;
  line = line.substr(first, last - first + 1);
  if (line.starts_with('|')) line.remove_prefix(1);
  if (line.ends_with('|') && !line.ends_with("\\|")) line.remove_suffix(1);
  std::size_t cells = 1;
  for (std::size_t i = 0; i < line.size(); ++i)
    cells += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
  return cells;
}

}  // namespace

std::string with_plain_tables(std::string_view text) {
  if (text.find('|') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  Fence fence;
  std::string_view head;      // the line before; empty: it is no text
  bool within_text = false;   // before that stands text of the same paragraph
  bool within_table = false;  // up to the next blank line
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    const bool is_text = fence.take(line) == Fence::Line::kText && !is_blank(line);
    if (!is_text) within_table = false;
    if (is_text && !within_table && !head.empty() && !line.starts_with("    ") && is_row_of_dashes(line)) {
      const bool is_head = head.find('|') != std::string_view::npos && cells_of(head) == cells_of(line);
      if (is_head && within_text && head.find('>') == std::string_view::npos)
        out.insert(out.size() - head.size(), "\n");
      append_long_dashes(out, line);
      within_table = true;
    } else {
      out += line;
    }
    within_text = is_text && !head.empty();
    head = is_text ? line : std::string_view();
  }
  return out;
}

std::string with_star_keys(std::string_view text) {
  static constexpr std::string_view kKeycap = "\u20E3";
  static constexpr std::string_view kAsEmoji = "\uFE0F";
  std::string out(text);
  for (auto at = text.find(kKeycap); at != std::string_view::npos; at = text.find(kKeycap, at + 1)) {
    std::string_view before = text.substr(0, at);
    if (before.ends_with(kAsEmoji)) before.remove_suffix(kAsEmoji.size());
    if (before.ends_with('*')) out[before.size() - 1] = kStarKey;
  }
  return out;
}

}  // namespace koinon
