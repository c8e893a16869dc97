#include "node/text/csv_line.h"

#include <string_view>

namespace koinon {
namespace {

constexpr std::string_view kFormula = "=+-@\t\r";

// Whether it begins with an apostrophe before a formula, or before another such apostrophe. Spreadsheets take
// some texts for formulas.
bool is_marked(std::string_view text) {
  if (!text.starts_with('\'')) return false;
  const std::string_view rest = text.substr(text.starts_with("''") ? 2 : 1);
  return !rest.empty() && kFormula.find(rest.front()) != std::string_view::npos;
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string text = cells[i];
    if (!text.empty() && (kFormula.find(text[0]) != std::string_view::npos || is_marked(text)))
      text.insert(0, "'");
    const bool quote = text.find_first_of("\",;\r\n\t|") != std::string::npos;
    if (i > 0) out += ',';
    if (quote) out += '"';
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    if (quote) out += '"';
  }
  return out + "\r\n";
}

void unmark_formula(std::string& cell) {
  if (is_marked(cell)) cell.erase(0, 1);
}

}  // namespace koinon
