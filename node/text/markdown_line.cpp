#include <algorithm>
#include <array>
#include <utility>

#include "node/text/markdown.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace {

// Tags within a line. All others end a word.
constexpr std::array<std::string_view, 6> kWithinLine = {"a", "code", "del", "em", "input", "strong"};

// The character for which an entity stands that our own HTML may have. Nothing: it is no entity.
std::string_view character_of(std::string_view html) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEntities = {
      {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}}};
  for (const auto& [entity, character] : kEntities) {
    if (html.starts_with(entity)) return character;
  }
  return {};
}

bool ends_word(std::string_view tag) {
  if (tag.starts_with('/')) tag.remove_prefix(1);
  const std::string_view name = tag.substr(0, tag.find_first_of(" /"));
  return std::find(kWithinLine.begin(), kWithinLine.end(), name) == kWithinLine.end();
}

void add_space(std::string& out) {
  if (!out.empty() && out.back() != ' ') out += ' ';
}

// Sets the cells of a table apart, and its rows: Year · Visitors; 2024 · 116 000.
class TableMarks {
 public:
  // A tag comes: what stands before the text behind it.
  void add(std::string_view tag, std::string& out) {
    const std::string_view name = tag.substr(0, tag.find_first_of(" /"));
    if (name == "table") first_row_ = true;
    if (name == "tr") {
      if (!std::exchange(first_row_, false)) mark(out, "; ");
      first_cell_ = true;
    }
    if ((name == "td" || name == "th") && !std::exchange(first_cell_, false)) mark(out, " · ");
  }

 private:
  static void mark(std::string& out, std::string_view with) {
    if (out.ends_with(' ')) out.pop_back();
    out += with;
  }

  bool first_row_ = true;
  bool first_cell_ = true;
};

}  // namespace

// The text of the HTML that shows it. What others wrote as HTML stands in it escaped, so all tags are ours.
std::string markdown_line(std::string_view text) {
  const std::string html = render_markdown(text).html;
  std::string out;
  TableMarks table;
  for (std::size_t i = 0; i < html.size();) {
    const char c = html[i];
    const std::string_view left = std::string_view(html).substr(i);
    if (c == '<') {
      const auto end = std::min(left.find('>'), left.size() - 1);
      const std::string_view tag = left.substr(1, end - 1);
      if (ends_word(tag)) add_space(out);
      table.add(tag, out);
      i += end + 1;
    } else if (const std::string_view character = c == '&' ? character_of(left) : std::string_view();
               !character.empty()) {
      out += character;
      i += left.find(';') + 1;
    } else if (c == ' ' || c == '\n' || c == '\t') {
      add_space(out);
      ++i;
    } else {
      out += c;
      ++i;
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string title_line(std::string_view title) {
  // Behind a word nothing is the mark of a list or of a heading: "2020. A year" keeps its number.
  constexpr std::string_view kWord = "a ";
  std::string plain = plain_line(title);
  if (plain.find_first_of("*_`[\\&<") == std::string::npos) return plain;  // as most are
  const std::string line = markdown_line(std::string(kWord) + plain);
  return line.size() < kWord.size() ? std::string() : line.substr(kWord.size());
}

}  // namespace koinon
