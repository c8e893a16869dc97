#include "storage/search/folding.h"

#include <algorithm>
#include <array>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

namespace koinon {
namespace {

struct Letter {
  UChar32 from;
  std::string_view to;
};

// Letters that have no decomposition, each with what people type who do not have it. In lower case, by code
// point.
constexpr std::array kLetters = {
    // Latin
    Letter{0x00E6, "ae"}, Letter{0x00F0, "d"}, Letter{0x00F8, "o"}, Letter{0x00FE, "th"}, Letter{0x0111, "d"},
    Letter{0x0127, "h"}, Letter{0x0131, "i"}, Letter{0x0138, "q"}, Letter{0x0142, "l"}, Letter{0x014B, "n"},
    Letter{0x0153, "oe"}, Letter{0x0167, "t"}, Letter{0x0180, "b"}, Letter{0x0183, "b"}, Letter{0x0188, "c"},
    Letter{0x018C, "d"}, Letter{0x0192, "f"}, Letter{0x0195, "hv"}, Letter{0x0199, "k"}, Letter{0x019A, "l"},
    Letter{0x019E, "n"}, Letter{0x01A5, "p"}, Letter{0x01AB, "t"}, Letter{0x01AD, "t"}, Letter{0x01B4, "y"},
    Letter{0x01B6, "z"}, Letter{0x01DD, "e"}, Letter{0x01E5, "g"}, Letter{0x0221, "d"}, Letter{0x0225, "z"},
    Letter{0x0234, "l"}, Letter{0x0235, "n"}, Letter{0x0236, "t"}, Letter{0x0237, "j"}, Letter{0x023C, "c"},
    Letter{0x023F, "s"}, Letter{0x0240, "z"}, Letter{0x0247, "e"}, Letter{0x0249, "j"}, Letter{0x024B, "q"},
    Letter{0x024D, "r"}, Letter{0x024F, "y"}, Letter{0x0253, "b"}, Letter{0x0254, "o"}, Letter{0x0256, "d"},
    Letter{0x0257, "d"}, Letter{0x0259, "e"}, Letter{0x025B, "e"}, Letter{0x0260, "g"}, Letter{0x0261, "g"},
    Letter{0x0263, "g"}, Letter{0x0266, "h"}, Letter{0x0268, "i"}, Letter{0x0269, "i"}, Letter{0x026A, "i"},
    Letter{0x026B, "l"}, Letter{0x026D, "l"}, Letter{0x026F, "u"}, Letter{0x0271, "m"}, Letter{0x0272, "n"},
    Letter{0x0275, "o"}, Letter{0x027D, "r"}, Letter{0x0282, "s"}, Letter{0x0283, "s"}, Letter{0x0288, "t"},
    Letter{0x0289, "u"}, Letter{0x028A, "u"}, Letter{0x028B, "v"}, Letter{0x028F, "y"}, Letter{0x0292, "z"},
    // Greek
    Letter{0x03C2, "\u03c3"},
    // Cyrillic
    Letter{0x0491, "\u0433"}, Letter{0x0493, "\u0433"}, Letter{0x0495, "\u0433"}, Letter{0x0497, "\u0436"},
    Letter{0x0499, "\u0437"}, Letter{0x049B, "\u043a"}, Letter{0x04A1, "\u043a"}, Letter{0x04A3, "\u043d"},
    Letter{0x04A5, "\u043d"}, Letter{0x04AB, "\u0441"}, Letter{0x04AF, "\u0443"}, Letter{0x04B1, "\u0443"},
    Letter{0x04B3, "\u0445"}, Letter{0x04B7, "\u0447"}, Letter{0x04BB, "\u0445"}, Letter{0x04D9, "\u0430"},
    Letter{0x04E9, "\u043e"},
    // Arabic: forms of alef, kaf, heh and yeh as Persian, Urdu, Kurdish and Uyghur write them
    Letter{0x0649, "\u064a"}, Letter{0x0671, "\u0627"}, Letter{0x06A9, "\u0643"}, Letter{0x06AA, "\u0643"},
    Letter{0x06BE, "\u0647"}, Letter{0x06C1, "\u0647"}, Letter{0x06C3, "\u0629"}, Letter{0x06CC, "\u064a"},
    Letter{0x06CD, "\u064a"}, Letter{0x06D5, "\u0647"},
    // Latin letters of Vietnamese, of phonetic alphabets and of West Africa that stand further on
    Letter{0x1D7D, "p"}, Letter{0x2C61, "l"}, Letter{0x2C65, "a"}, Letter{0x2C66, "t"}, Letter{0x2C68, "h"},
    Letter{0x2C6A, "k"}, Letter{0x2C6C, "z"}, Letter{0x2C73, "w"}, Letter{0xA7A1, "g"}, Letter{0xA7A3, "k"},
    Letter{0xA7A5, "n"}, Letter{0xA7A7, "r"}, Letter{0xA7A9, "s"}};

constexpr bool in_order() {
  for (std::size_t i = 1; i < kLetters.size(); ++i) {
    if (kLetters[i - 1].from >= kLetters[i].from) return false;
  }
  return true;
}
static_assert(in_order(), "letters are looked up by halving");

std::string_view plain_letter(UChar32 c) {
  const auto* const it =
      std::lower_bound(kLetters.begin(), kLetters.end(), c,
                       [](const Letter& letter, UChar32 wanted) { return letter.from < wanted; });
  return it != kLetters.end() && it->from == c ? it->to : std::string_view();
}

// As typewriters, telephones and the alphabets of the world write it. The middle dot of Catalan is one, too.
bool is_apostrophe(UChar32 c) {
  constexpr std::array<UChar32, 25> kApostrophes = {
      0x0027, 0x0060, 0x00B4, 0x00B7, 0x02B9, 0x02BB, 0x02BC, 0x02BD, 0x02BE, 0x02BF, 0x02C8, 0x02CA, 0x02CB,
      0x055A, 0x05F3, 0x05F4, 0x2018, 0x2019, 0x201B, 0x2027, 0x2032, 0x2035, 0xA78B, 0xA78C, 0xFF07};
  return std::binary_search(kApostrophes.begin(), kApostrophes.end(), c);
}

// Signs of format have no width, or stand before digits. So does the tatweel, which only stretches a word.
bool is_ignored(UChar32 c) {
  constexpr UChar32 kTatweel = 0x0640;
  return c != kZeroWidthSpace && (c == kTatweel || u_charType(c) == U_FORMAT_CHAR ||
                                  u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
}

Shape shape_of(UChar32 c) {
  if (stands_for_itself(c)) return Shape::kDense;
  const auto type = u_charType(c);
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(c, &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      if (type == U_DECIMAL_DIGIT_NUMBER) return Shape::kWord;
      return u_isalnum(c) || u_getCombiningClass(c) != 0 || type == U_NON_SPACING_MARK ? Shape::kDense
                                                                                       : Shape::kSeparator;
    default:
      break;
  }
  if (c == 0x30FC) return Shape::kDense;  // the prolonged sound mark belongs to Katakana words
  if (u_getCombiningClass(c) != 0 || type == U_ENCLOSING_MARK) return Shape::kMark;
  const bool mark = type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
  return u_isalnum(c) || mark ? Shape::kWord : Shape::kSeparator;
}

void append_letter(std::string& out, UChar32 c) {
  if (const int digit = u_charDigitValue(c); digit >= 0 && u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
    out += static_cast<char>('0' + digit);
  } else if (const auto plain = plain_letter(c); !plain.empty()) {
    out += plain;
  } else {
    append_utf8(out, c);
  }
}

// A letter without its accents.
std::string folded_letter(UChar32 c) {
  std::string out;
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(error);
  icu::UnicodeString parts;
  if (U_FAILURE(error) != 0 || nfd->getDecomposition(c, parts) == 0) {
    append_letter(out, c);
    return out;
  }
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 part = parts.char32At(i);
    if (u_getCombiningClass(part) == 0) append_letter(out, part);
  }
  return out;
}

FoldedPoint folded_point(UChar32 c) {
  FoldedPoint out{shape_of(c), {}};
  if (out.shape == Shape::kWord) out.text = folded_letter(c);
  if (out.shape == Shape::kDense || out.shape == Shape::kMark) append_utf8(out.text, c);
  return out;
}

const icu::Normalizer2* normalizer() {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* out = icu::Normalizer2::getNFKCCasefoldInstance(error);
  return U_FAILURE(error) != 0 ? nullptr : out;
}

// Most texts consist of few letters. What each of them becomes is found out once.
class FoldedAlphabets {
 public:
  static constexpr UChar32 kEnd = 0x1000;  // Latin to Tibetan
  static constexpr UChar32 kKana = 0x3000;
  static constexpr UChar32 kKanaEnd = 0x3100;

  FoldedAlphabets() {
    for (UChar32 c = 0; c < kEnd; ++c) points_.push_back(fold(std::span(&c, 1)));
    for (UChar32 c = kKana; c < kKanaEnd; ++c) points_.push_back(fold(std::span(&c, 1)));
  }
  const std::vector<FoldedPoint>* find(UChar32 c) const {
    if (c < kEnd) return &points_[static_cast<std::size_t>(c)];
    return c >= kKana && c < kKanaEnd ? &points_[static_cast<std::size_t>(c - kKana + kEnd)] : nullptr;
  }

 private:
  std::vector<std::vector<FoldedPoint>> points_;
};

bool is_tone(UChar32 c) { return c >= 0x1F3FB && c <= 0x1F3FF; }
bool is_regional(UChar32 c) { return c >= 0x1F1E6 && c <= 0x1F1FF; }
bool is_tag(UChar32 c) { return c >= 0xE0020 && c <= 0xE007F; }
constexpr UChar32 kJoiner = 0x200D;
constexpr UChar32 kTextStyle = 0xFE0E;
constexpr UChar32 kPictureStyle = 0xFE0F;
constexpr UChar32 kKeycap = 0x20E3;

// Arrows, trade marks and circled ideographs are pictures to Unicode, but people read them as signs.
bool is_picture(UChar32 c) {
  return c >= 0x231A && !(c >= 0x3000 && c <= 0x32FF) &&
         (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) || is_tone(c));
}

// The code point at `at`, which moves behind it. 0 at the end.
UChar32 next_point(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return 0;
  UChar32 c = 0;
  auto i = static_cast<int32_t>(at);
  U8_NEXT_OR_FFFD(reinterpret_cast<const uint8_t*>(text.data()), i, static_cast<int32_t>(text.size()), c);
  at = static_cast<std::size_t>(i);
  return c;
}

// Moves over code points of a kind.
template <typename Is>
void skip(std::string_view text, std::size_t& at, Is is) {
  for (std::size_t next = at; next < text.size();) {
    if (!is(next_point(text, next))) return;
    at = next;
  }
}

// One picture with its tone, style and tags.
bool skip_picture(std::string_view text, std::size_t& at) {
  std::size_t next = at;
  if (!is_picture(next_point(text, next))) return false;
  at = next;
  skip(text, at, [](UChar32 c) { return c == kPictureStyle || c == kTextStyle || is_tone(c); });
  skip(text, at, is_tag);
  return true;
}

}  // namespace

void append_utf8(std::string& out, UChar32 c) {
  std::array<char, 4> buffer{};
  int32_t length = 0;
  UBool failed = 0;
  U8_APPEND(reinterpret_cast<uint8_t*>(buffer.data()), length, static_cast<int32_t>(buffer.size()), c,
            failed);
  if (failed == 0) out.append(buffer.data(), static_cast<std::size_t>(length));
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool joins_before(UChar32 c) {
  if (c < 0x300 || c == kZeroWidthSpace || stands_for_itself(c) || is_apostrophe(c)) return false;
  const icu::Normalizer2* folding = normalizer();
  return folding != nullptr && folding->hasBoundaryBefore(c) == 0;
}

std::vector<FoldedPoint> fold(std::span<const UChar32> points) {
  std::vector<FoldedPoint> out;
  icu::UnicodeString source;
  for (const UChar32 c : points) {
    if (points.size() == 1 && is_apostrophe(c)) return {{Shape::kApostrophe, {}}};
    if (!is_ignored(c)) source.append(c);
  }
  if (source.isEmpty()) return {{Shape::kIgnored, {}}};
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* folding = normalizer();
  const icu::UnicodeString folded = folding == nullptr ? source : folding->normalize(source, error);
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const UChar32 c = folded.char32At(i);
    out.push_back(c == kZeroWidthSpace ? FoldedPoint{} : folded_point(c));
  }
  if (out.empty()) out.push_back({Shape::kIgnored, {}});
  return out;
}

const std::vector<FoldedPoint>& fold(UChar32 point, std::vector<FoldedPoint>& room) {
  static const FoldedAlphabets kAlphabets;
  if (const auto* known = kAlphabets.find(point)) return *known;
  room = fold(std::span<const UChar32>(&point, 1));
  return room;
}

std::size_t emoji_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  const UChar32 first = next_point(text, at);
  if (first < 0x80) {
    if (!(first >= '0' && first <= '9') && first != '#' && first != '*') return begin;
    if (at >= text.size() || static_cast<unsigned char>(text[at]) < 0x80) return begin;
    std::size_t next = at;
    UChar32 c = next_point(text, next);
    if (c == kPictureStyle) c = next_point(text, next);
    return c == kKeycap ? next : begin;
  }
  if (is_regional(first)) {
    std::size_t next = at;
    return is_regional(next_point(text, next)) ? next : at;
  }
  at = begin;
  if (!skip_picture(text, at)) return begin;
  while (true) {
    std::size_t next = at;
    if (next_point(text, next) != kJoiner || !skip_picture(text, next)) return at;
    at = next;
  }
}

std::string folded_emoji(std::string_view emoji) {
  std::string out;
  for (std::size_t at = 0; at < emoji.size();) {
    const UChar32 c = next_point(emoji, at);
    if (c != kPictureStyle && c != kTextStyle && !is_tone(c)) append_utf8(out, c);
  }
  return out.empty() ? std::string(emoji) : out;  // a tone alone is a picture of its own
}

}  // namespace koinon
