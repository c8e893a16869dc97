#include "node/text/plain_text.h"

#include <algorithm>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr UChar32 kFlag = 0x1F3F4;
constexpr UChar32 kEndOfFlag = 0xE007F;  // a tag

// The length in bytes of the flag that begins here and is written with tags: Wales, Scotland, Texas (UTS 51,
// 1.4.9). The black flag, the code of a country and of its part in tags, the tag that ends it. 0: none. Tags
// anywhere else are letters that nobody sees.
std::size_t tagged_flag(std::string_view text) {
  static constexpr std::string_view kEnd = "\U000E007F";
  constexpr std::size_t kTag = 4;  // bytes, as the flag has
  constexpr std::size_t kLeast = 3;
  constexpr std::size_t kMost = 6;
  std::size_t at = kTag;
  for (std::size_t tags = 0; tags <= kMost; ++tags, at += kTag) {
    const std::string_view tag = text.substr(at, kTag);
    if (tag == kEnd) return tags < kLeast ? 0 : at + kTag;
    const bool digit = tag >= "\U000E0030" && tag <= "\U000E0039";
    const bool letter = tag >= "\U000E0061" && tag <= "\U000E007A";
    if (tag.size() != kTag || (!digit && !letter)) return 0;
  }
  return 0;
}

bool has(UChar32 c, UProperty property) { return u_hasBinaryProperty(c, property) != 0; }
bool is_ignorable(UChar32 c) { return has(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT); }
int joining_type(UChar32 c) { return u_getIntPropertyValue(c, UCHAR_JOINING_TYPE); }

// A letter, mark or digit that is seen.
bool is_of_a_word(UChar32 c) {
  return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0 && !is_ignorable(c);
}

// Whether the form of this letter or mark depends on whether it is joined: Arabic and its like, the scripts
// of India and South East Asia.
bool is_joined(UChar32 c) {
  if (!is_of_a_word(c)) return c == 0x0640;  // the stroke that makes Arabic words longer
  const int type = joining_type(c);
  if (type != U_JT_NON_JOINING && type != U_JT_TRANSPARENT) return true;
  const int syllable = u_getIntPropertyValue(c, UCHAR_INDIC_SYLLABIC_CATEGORY);
  return syllable != U_INSC_OTHER && syllable != U_INSC_NUMBER && syllable != U_INSC_SYLLABLE_MODIFIER;
}

// What stands around a character: before it, of what stays.
struct Neighbours {
  UChar32 before = 0;
  UChar32 base = 0;  // the last that no mark is
  UChar32 next = 0;

  void take(UChar32 c) {
    before = c;
    if (c < 0x80 || joining_type(c) != U_JT_TRANSPARENT) base = c;
  }
};

// Whether there is another form of `base` for this selector: emoji as picture or sign, ideographs of names,
// signs of mathematics, letters of Mongolia. Letters with capitals have none.
bool has_form(UChar32 base, UChar32 selector) {
  if (selector == 0xFE0E || selector == 0xFE0F) return has(base, UCHAR_EMOJI);
  if (selector >= 0xE0100) return has(base, UCHAR_IDEOGRAPHIC);
  return base > 0x7F && u_isgraph(base) != 0 && !is_ignorable(base) && !has(base, UCHAR_CASED);
}

// Whether a character that nobody sees changes how its neighbours are shown.
bool is_in_place(UChar32 c, const Neighbours& near) {
  if (has(c, UCHAR_VARIATION_SELECTOR)) return has_form(near.before, c);
  const bool joins =
      is_joined(near.before) || (joining_type(near.before) == U_JT_TRANSPARENT && is_joined(near.base));
  switch (c) {
    case 0x00AD:  // a hyphen at the end of a line
      return is_of_a_word(near.before) && is_of_a_word(near.next);
    case 0x034F:  // keeps marks in their order
      return (U_GET_GC_MASK(near.before) & U_GC_M_MASK) != 0 && is_of_a_word(near.before);
    case 0x115F:  // in place of the first, and of the second letter of an old Korean syllable
      return near.next > 0x1160 && near.next < 0x11A8;
    case 0x1160:
      return (near.before >= 0x1100 && near.before < 0x115F) ||
             (near.before >= 0xA960 && near.before <= 0xA97C);
    case 0x200B:  // between words of scripts without spaces, such as Khmer
      return u_getIntPropertyValue(near.before, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
    case 0x180E:  // sets the last vowel of a Mongolian word apart
    case 0x200C:
      return joins;
    case 0x200D:
      return joins || (has(near.next, UCHAR_EXTENDED_PICTOGRAPHIC) &&
                       (has(near.before, UCHAR_EXTENDED_PICTOGRAPHIC) || near.before == 0xFE0F ||
                        has(near.before, UCHAR_EMOJI_MODIFIER) || near.before == kEndOfFlag));
    default:
      return false;
  }
}

// Whether a character is shown wherever it stands. Bidirectional overrides and isolates could make a sentence
// read as another one. What is invisible could say what nobody has read. Some are no characters of XML.
bool is_seen(UChar32 c) {
  const bool is_line_end = c == 0x2028 || c == 0x2029;
  const bool is_annotation = c >= 0xFFF9 && c <= 0xFFFB;
  if (c < 0xA0) return c >= 0x20 && c < 0x7F;
  return !is_line_end && !is_annotation && !U_IS_UNICODE_NONCHAR(c) && !is_ignorable(c);
}

// What programs end lines with, apart from line feeds. A reader sees a space there, and no longer word.
bool is_other_line_end(UChar32 c, UChar32 next) {
  return c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029 || (c == '\r' && next != '\n');
}

UChar32 point_at(std::string_view text, std::size_t at, std::size_t& end) {
  UChar32 c = 0;
  end = at;
  U8_NEXT_UNSAFE(text.data(), end, c);
  return c;
}

std::string cleaned(std::string_view text, bool keep_lines) {
  // This is enough for most texts of pages.
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; }))
    return std::string(text);
  if (!is_utf8(text)) return {};
  std::string out;
  out.reserve(text.size());
  Neighbours near;
  std::size_t kept = 0;  // `out` has the text up to here
  for (std::size_t i = 0, end = 0; i < text.size(); i = end) {
    const UChar32 c = point_at(text, i, end);
    if (c == kFlag) end = std::max(end, i + tagged_flag(text.substr(i)));
    const bool is_space = c == '\n' || c == '\t';
    if (is_seen(c) || (keep_lines && is_space)) {
      near.take(end - i > 4 ? kEndOfFlag : c);
      continue;
    }
    std::size_t unused = 0;
    near.next = end < text.size() ? point_at(text, end, unused) : 0;
    const bool becomes_space = is_space || is_other_line_end(c, near.next);
    if (!becomes_space && is_in_place(c, near)) {
      near.take(c);
      continue;
    }
    out += text.substr(kept, i - kept);
    if (becomes_space) {
      out += ' ';
      near.take(' ');
    }
    kept = end;
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
