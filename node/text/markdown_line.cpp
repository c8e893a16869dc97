#include "node/text/markdown.h"
#include "node/text/plain_text.h"

namespace koinon {

std::string markdown_line(std::string_view text) {
  std::string out;
  for (const char c : markdown_words(text)) {
    if (c != ' ' && c != '\n' && c != '\t') {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
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
