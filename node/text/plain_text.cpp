#include "node/text/plain_text.h"

#include <algorithm>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

// If `text` begins with a character that must not be shown, the length of this character in bytes, else 0.
// Bidirectional overrides and isolates could make a sentence read as another one. Line and paragraph
// separators break lines where nobody sees it. U+FEFF and tags are invisible.
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
  // This is enough for most texts of pages.
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; }))
    return std::string(text);
  if (!is_utf8(text)) return {};
  std::string out;
  out.reserve(text.size());
  std::size_t kept = 0;  // `out` has the text up to here
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t drop = c >= 0x20 && c < 0x7F ? 0 : unwanted(text.substr(i), keep_lines);
    if (drop == 0) {
      ++i;
      continue;
    }
    out += text.substr(kept, i - kept);
    if (text[i] == '\n' || text[i] == '\t') out += ' ';
    i = std::min(i + drop, text.size());
    kept = i;
  }
  return out += text.substr(kept);
}

std::string_view escape_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

void append_escaped(std::string& out, std::string_view clean, std::string_view special) {
  while (!clean.empty()) {
    const auto run = std::min(clean.find_first_of(special), clean.size());
    out += clean.substr(0, run);
    if (run == clean.size()) return;
    out += escape_of(clean[run]);
    clean.remove_prefix(run + 1);
  }
}

}  // namespace

std::string plain_line(std::string_view text) { return cleaned(text, false); }
std::string plain_text(std::string_view text) { return cleaned(text, true); }

bool safe_link(std::string_view url) {
  for (const char letter : url) {
    const auto c = static_cast<unsigned char>(letter);
    if (c <= 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>' || c == '\\' || c == '`') return false;
  }
  const std::string scheme = ascii_lower(url.substr(0, url.find(':')));
  const bool hierarchical = scheme == "http" || scheme == "https";
  if (scheme != "mailto" && !hierarchical) return false;
  const std::string_view rest = url.substr(scheme.size());
  return cleaned(url, false) == url &&
         (hierarchical ? rest.starts_with("://") && rest.size() > 3 : rest.size() > 1);
}

std::string html_escaped(std::string_view text) {
  std::string out;
  append_escaped(out, plain_text(text), "&<>\"'");
  return out;
}

void append_html(std::string& out, std::string_view clean) { append_escaped(out, clean, "&<>"); }

}  // namespace koinon
