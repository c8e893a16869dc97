#include "node/text/plain_text.h"

#include <algorithm>
#include <cctype>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

// The length in bytes of a character that may not be shown at the beginning of `text`; 0: it may.
// Bidirectional overrides and isolates could make a sentence read as another one; line and paragraph
// separators break lines where nobody sees it; U+FEFF and tags are invisible.
std::size_t unwanted(std::string_view text, bool keep_lines) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = at(0);
  if (first == '\n' || first == '\t') return keep_lines ? 0 : 1;
  if (first < 0x20 || first == 0x7F) return 1;
  if (first == 0xC2 && at(1) >= 0x80 && at(1) <= 0x9F) return 2;                     // C1 controls
  if (first == 0xD8 && at(1) == 0x9C) return 2;                                      // U+061C
  if (first == 0xE2 && at(1) == 0x80 && (at(2) == 0x8E || at(2) == 0x8F)) return 3;  // U+200E, U+200F
  if (first == 0xE2 && at(1) == 0x80 && at(2) >= 0xA8 && at(2) <= 0xAE) return 3;    // U+2028 to U+202E
  if (first == 0xE2 && at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9) return 3;    // U+2066 to U+2069
  if (first == 0xEF && at(1) == 0xBB && at(2) == 0xBF) return 3;                     // U+FEFF
  if (first == 0xEF && at(1) == 0xBF && (at(2) == 0xBE || at(2) == 0xBF)) return 3;  // not characters of XML
  if (first == 0xF3 && at(1) == 0xA0 && at(2) <= 0x81) return 4;                     // tags
  return 0;
}

std::string cleaned(std::string_view text, bool keep_lines) {
  if (!is_utf8(text)) return {};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t drop = unwanted(text, keep_lines);
    if (drop == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == '\n' || text.front() == '\t') out += ' ';
    text.remove_prefix(std::min(drop, text.size()));
  }
  return out;
}

}  // namespace

std::string plain_line(std::string_view text) { return cleaned(text, false); }
std::string plain_text(std::string_view text) { return cleaned(text, true); }

bool safe_link(std::string_view url) {
  for (const char letter : url) {
    const auto c = static_cast<unsigned char>(letter);
    if (c <= 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>' || c == '\\' || c == '`') return false;
  }
  std::string scheme(url.substr(0, url.find(':')));
  for (char& c : scheme) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool hierarchical = scheme == "http" || scheme == "https";
  if (scheme != "mailto" && !hierarchical) return false;
  const std::string_view rest = url.substr(scheme.size());
  return cleaned(url, false) == url &&
         (hierarchical ? rest.starts_with("://") && rest.size() > 3 : rest.size() > 1);
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : plain_text(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace koinon
