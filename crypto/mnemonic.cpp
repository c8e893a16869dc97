#include "crypto/mnemonic.h"

#include <algorithm>
#include <vector>

#include "crypto/hash.h"
#include "proto/base/ascii.h"
#include "proto/base/edit_distance.h"
#include "proto/base/limits.h"

namespace koinon {
namespace embedded {
extern const std::string_view bip39_english;  // NOLINT(readability-identifier-naming)
}

namespace {

constexpr unsigned kBitsPerWord = 11;
constexpr std::size_t kTellingLetters = 4;  // of a word; the list's words differ in these
constexpr std::size_t kWordBytes = 32;      // the longest that is looked at; the list's have at most 8

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

const std::vector<std::string_view>& word_list() {
  static const std::vector<std::string_view> kList = split_lines(embedded::bip39_english);
  return kList;
}

// Numbers and punctuation separate words. A letter of another script is one of the word: it is in no list,
// and the message shows it. Spaces that programs put in for " " (NBSP, ideographic and others) separate too.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

std::string with_plain_spaces(std::string text) {
  for (const std::string_view space :
       {"\u00a0", "\u2002", "\u2003", "\u2007", "\u2009", "\u200b", "\u202f", "\u3000", "\ufeff"}) {
    for (auto at = text.find(space); at != std::string::npos; at = text.find(space, at))
      text.replace(at, space.size(), " ");
  }
  return text;
}

std::vector<std::string> typed_words(std::string_view typed) {
  const std::string text = with_plain_spaces(ascii_lower(typed));
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (is_letter(c)) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string nearest(std::string_view word) {
  const auto& list = word_list();
  return std::string(*std::min_element(list.begin(), list.end(), [&](std::string_view a, std::string_view b) {
    return edit_distance(word, a) < edit_distance(word, b);
  }));
}

// Its place in the list.
Result<unsigned> place_of(const std::string& word, std::size_t number) {
  const auto& list = word_list();
  const auto it = std::lower_bound(list.begin(), list.end(), word);
  const bool begins = it != list.end() && it->substr(0, word.size()) == word;
  if (begins && (*it == word || word.size() >= kTellingLetters))
    return static_cast<unsigned>(it - list.begin());
  const std::string which = "word " + std::to_string(number);
  if (word.size() > kWordBytes)
    return fail(Code::kInvalidArgument, which + " is too long to be one", "words");
  return fail(Code::kInvalidArgument,
              which + ", '" + word + "', is not a recovery word; the nearest is '" + nearest(word) + "'",
              "words");
}

}  // namespace

std::string seed_to_words(BytesView seed) {
  const auto& list = word_list();
  const Bytes bits = Bytes(seed) + static_cast<char>(sha256(seed).data[0]);
  std::string out;
  for (std::size_t word = 0; word < kRecoveryWords; ++word) {
    std::size_t index = 0;
    for (std::size_t bit = word * kBitsPerWord; bit < (word + 1) * kBitsPerWord; ++bit) {
      const auto byte = static_cast<unsigned char>(bits[bit / 8]);
      index = (index << 1) | ((byte >> (7 - bit % 8)) & 1U);
    }
    if (word > 0) out += ' ';
    out += list[index];
  }
  return out;
}

Result<Bytes> words_to_seed(std::string_view text) {
  if (text.size() > limits::kWordsBytes)
    return fail(Code::kTooLarge, "this is too long for 24 recovery words", "words");
  const auto words = typed_words(text);
  if (words.size() != kRecoveryWords)
    return fail(Code::kInvalidArgument,
                "there are 24 recovery words; these are " + std::to_string(words.size()), "words");
  Bytes bits(33, '\0');
  std::size_t bit = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    KOINON_ASSIGN(const unsigned place, place_of(words[i], i + 1));
    for (unsigned j = 0; j < kBitsPerWord; ++j, ++bit) {
      if (((place >> (kBitsPerWord - 1 - j)) & 1U) != 0) {
        bits[bit / 8] = static_cast<char>(static_cast<unsigned char>(bits[bit / 8]) | (0x80U >> (bit % 8)));
      }
    }
  }
  Bytes seed = bits.substr(0, 32);
  if (sha256(seed).data[0] != static_cast<unsigned char>(bits[32])) {
    return fail(Code::kInvalidArgument,
                "each of these words is one, and together they are no key: a word was taken for another, or "
                "two have changed places",
                "words");
  }
  return seed;
}

}  // namespace koinon
