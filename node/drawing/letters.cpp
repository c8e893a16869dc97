#include "node/drawing/letters.h"

#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace koinon {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr double kEllipsisWidth = 1.1;

// In ems, as the widest of the usual faces have it (Verdana, DejaVu Sans).
double ascii_width(char letter) {
  if (std::string_view("il.,;:'|!()[]jftI /-").find(letter) != std::string_view::npos) return 0.46;
  if (std::string_view("mwMW@%&").find(letter) != std::string_view::npos) return 1.02;
  if (letter >= 'A' && letter <= 'Z') return 0.8;
  return 0.66;
}

double letter_width(UChar32 letter) {
  if (letter < 0) return 1;
  if (letter < 0x80) return ascii_width(static_cast<char>(letter));
  switch (u_charType(letter)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
      return 0;
    default:
      break;
  }
  switch (u_getIntPropertyValue(letter, UCHAR_EAST_ASIAN_WIDTH)) {
    case U_EA_WIDE:
    case U_EA_FULLWIDTH:
      return u_hasBinaryProperty(letter, UCHAR_EMOJI_PRESENTATION) != 0 ? 1.4 : 1.05;
    default:
      break;
  }
  // Letters of Latin, Greek, Cyrillic and Hebrew are narrower than those of Arabic or India can be.
  if (letter < 0x0600) return u_isUUppercase(letter) != 0 ? 0.9 : 0.72;
  return letter < 0x0900 ? 0.85 : 1.1;
}

// The beginning of the text that takes at most this room.
std::size_t length_within(std::string_view text, double ems) {
  std::int32_t at = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  while (at < size) {
    const std::int32_t begin = at;
    UChar32 letter = 0;
    U8_NEXT(text.data(), at, size, letter);
    ems -= letter_width(letter);
    if (ems < 0) return static_cast<std::size_t>(begin);
  }
  return text.size();
}

}  // namespace

double text_width(std::string_view text, double size) {
  double ems = 0;
  std::int32_t at = 0;
  const auto length = static_cast<std::int32_t>(text.size());
  while (at < length) {
    UChar32 letter = 0;
    U8_NEXT(text.data(), at, length, letter);
    ems += letter_width(letter);
  }
  return ems * size;
}

std::string fitted(std::string_view text, double size, double width) {
  if (text_width(text, size) <= width) return std::string(text);
  const std::size_t kept = length_within(text, width / size - kEllipsisWidth);
  if (kept == 0) return {};
  return std::string(text.substr(0, kept)) + std::string(kEllipsis);
}

}  // namespace koinon
