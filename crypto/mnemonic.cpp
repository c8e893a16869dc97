#include "crypto/mnemonic.h"

#include <algorithm>
#include <vector>

#include "crypto/hash.h"

namespace koinon {
namespace embedded {
extern const std::string_view bip39_english;  // NOLINT(readability-identifier-naming)
}

namespace {

constexpr unsigned kBitsPerWord = 11;

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(" \n\t\r");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(" \n\t\r"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace

std::string seed_to_words(BytesView seed) {
  const auto list = split_words(embedded::bip39_english);
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
  const auto list = split_words(embedded::bip39_english);
  const auto words = split_words(text);
  if (words.size() != kRecoveryWords)
    return fail(Code::kInvalidArgument, "there are 24 recovery words", "words");
  Bytes bits(33, '\0');
  std::size_t bit = 0;
  for (const auto word : words) {
    const auto it = std::lower_bound(list.begin(), list.end(), word);
    if (it == list.end() || *it != word) {
      return fail(Code::kInvalidArgument, "'" + std::string(word) + "' is not a recovery word", "words");
    }
    const auto index = static_cast<unsigned>(it - list.begin());
    for (unsigned i = 0; i < kBitsPerWord; ++i, ++bit) {
      if (((index >> (kBitsPerWord - 1 - i)) & 1U) != 0) {
        bits[bit / 8] = static_cast<char>(static_cast<unsigned char>(bits[bit / 8]) | (0x80U >> (bit % 8)));
      }
    }
  }
  Bytes seed = bits.substr(0, 32);
  if (sha256(seed).data[0] != static_cast<unsigned char>(bits[32])) {
    return fail(Code::kInvalidArgument, "the words do not belong together: one is wrong or misplaced",
                "words");
  }
  return seed;
}

}  // namespace koinon
