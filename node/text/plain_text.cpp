#include "node/text/plain_text.h"

#include <algorithm>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

// The length in bytes of the flag that begins here and is written with tags: Wales, Scotland, Texas (UTS 51,
// 1.4.9). The black flag, the code of a country and of its part in tags, the tag that ends it. 0: none. Tags
// anywhere else are letters that nobody sees.
std::size_t tagged_flag(std::string_view text) {
  static constexpr std::string_view kFlag = "\U0001F3F4";
  static constexpr std::string_view kEnd = "\U000E007F";
  constexpr std::size_t kTag = 4;  // bytes
  constexpr std::size_t kLeast = 3;
  constexpr std::size_t kMost = 6;
  if (!text.starts_with(kFlag)) return 0;
  std::size_t at = kFlag.size();
  for (std::size_t tags = 0; tags <= kMost; ++tags, at += kTag) {
    const std::string_view tag = text.substr(at, kTag);
    if (tag == kEnd) return tags < kLeast ? 0 : at + kTag;
    const bool digit = tag >= "\U000E0030" && tag <= "\U000E0039";
    const bool letter = tag >= "\U000E0061" && tag <= "\U000E007A";
    if (tag.size() != kTag || (!digit && !letter)) return 0;
  }
  return 0;
}

// The length in bytes of the variation selector that begins here. 0: none.
std::size_t variation_selector(std::string_view text) {
  if (text >= "\uFE00" && text.substr(0, 3) <= "\uFE0F") return 3;
  return text >= "\U000E0100" && text.substr(0, 4) <= "\U000E01EF" ? 4 : 0;
}

// If `text` begins with a character that must not be shown, the length of this character in bytes, else 0.
// Bidirectional overrides and isolates could make a sentence read as another one. Line and paragraph
// separators break lines where nobody sees it. U+FEFF, tags, and what once marked formulas and annotations
// are invisible.
std::size_t unwanted(std::string_view text, bool keep_lines) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = at(0);
  if (first == '\n' || first == '\t') return keep_lines ? 0 : 1;
  if (first < 0x20 || first == 0x7F) return 1;
  if (first == 0xC2 && at(1) >= 0x80 && at(1) <= 0x9F) return 2;                     // C1 controls
  if (first == 0xD8 && at(1) == 0x9C) return 2;                                      // U+061C
  if (first == 0xE2 && at(1) == 0x80 && (at(2) == 0x8E || at(2) == 0x8F)) return 3;  // U+200E, U+200F
  if (first == 0xE2 && at(1) == 0x80 && at(2) >= 0xA8 && at(2) <= 0xAE) return 3;    // U+2028 to U+202E
  if (first == 0xE2 && at(1) == 0x81 && at(2) >= 0xA1 && at(2) <= 0xAF) return 3;    // U+2061 to U+206F
  if (first == 0xEF && at(1) == 0xBB && at(2) == 0xBF) return 3;                     // U+FEFF
  if (first == 0xEF && at(1) == 0xBF && at(2) >= 0xB9 && at(2) <= 0xBB) return 3;    // U+FFF9 to U+FFFB
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
  // A variation selector ends here. One more behind it changes nothing that is seen.
  std::size_t varied = text.size();
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x7F) {
      ++i;
      continue;
    }
    const std::string_view rest = text.substr(i);
    const std::size_t selector = c < 0xEF ? 0 : variation_selector(rest);
    const bool again = selector > 0 && varied == i;
    const std::size_t drop = again ? selector : unwanted(rest, keep_lines);
    if (selector > 0) varied = i + selector;
    if (drop == 0) {
      i += std::max({tagged_flag(rest), selector, std::size_t{1}});
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
