// What readers take for the same letter is made the same here, for texts that are indexed and for what is
// typed.
//
// Compatibility forms are unified and case is folded (Unicode's NFKC_Casefold, UAX 15 and 44). Letters lose
// their accents, and letters that Unicode does not take apart become the plain letters that people type for
// them. Persian and Urdu forms of Arabic letters become the Arabic ones, digits of all scripts become 0 to 9.
// Format characters disappear (UAX 29, WB4). Pure functions, safe on any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unicode/umachine.h>

namespace koinon {

enum class Shape : unsigned char {
  kSeparator,
  kIgnored,     // it is not there for a search: a soft hyphen, a joiner, a tatweel
  kApostrophe,  // between two letters it joins two parts of one word
  kMark,        // a mark on the letter before it
  kWord,        // of a script with spaces
  kDense,       // of a script in which words are not told apart
};

struct FoldedPoint {
  Shape shape = Shape::kSeparator;
  std::string text;  // empty unless it is of a word or dense, or a mark
};

// The sequences that are folded together: a code point with all that joins it, such as half-width kana with
// its sound mark. A text may have any number of marks in a row. After so many the next sequence begins.
inline constexpr std::size_t kFoldedTogether = 32;
// Whether a code point belongs to the sequence of the one before it.
bool joins_before(UChar32 c);
// The code points must be one such sequence.
std::vector<FoldedPoint> fold(std::span<const UChar32> points);
// The same for one code point. The result lives as long as `room`, or for ever.
const std::vector<FoldedPoint>& fold(UChar32 point, std::vector<FoldedPoint>& room);

// Unified ideographs and Hangul syllables. They are dense, and folding does not change them.
inline bool stands_for_itself(UChar32 c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3);
}

inline constexpr UChar32 kZeroWidthSpace = 0x200B;  // it separates words, but not what is dense

// If an emoji begins at `begin`, where it ends, else `begin`. Flags, keycaps, families and tag sequences are
// one emoji each (UTS 51). The text must be UTF-8, or what is not is no emoji.
std::size_t emoji_end(std::string_view text, std::size_t begin);
// The form in which an emoji is indexed: without skin tone and without what chooses between text and picture.
std::string folded_emoji(std::string_view emoji);

void append_utf8(std::string& out, UChar32 c);
std::size_t count_code_points(std::string_view text);

}  // namespace koinon
