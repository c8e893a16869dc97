#include "tools/recovery_words.h"

#include <algorithm>
#include <iostream>

#include "crypto/key_file.h"
#include "crypto/mnemonic.h"
#include "proto/base/limits.h"

namespace koinon {

Result<SigningKey> read_recovery_words(const std::string& file) {
  Bytes text;
  if (file == "-") {
    text.resize(limits::kWordsBytes + 1);  // one more: too many are told as such
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
    std::cin.clear();  // on a terminal more is asked afterwards
  } else {
    KOINON_ASSIGN(text, read_file(file, limits::kWordsBytes));
  }
  auto seed = words_to_seed(text);
  wipe(text);
  if (!seed.ok()) return seed.error();
  const SigningKey key = SigningKey::from_seed(*seed, KeyMemory::kLocked);
  wipe(*seed);
  return key;
}

std::string words_in_lines(const std::string& words) {
  std::string out;
  int count = 0;
  for (std::size_t begin = 0; begin < words.size();) {
    const auto end = std::min(words.find(' ', begin), words.size());
    const std::string number = std::to_string(++count);
    const std::string word = words.substr(begin, end - begin);
    if (count % 6 == 1) out += "  ";
    if (number.size() < 2) out += ' ';
    out += number;
    out += ' ';
    out += word;
    out += count % 6 == 0 ? "\n" : std::string(word.size() < 10 ? 10 - word.size() : 1, ' ');
    begin = end + 1;
  }
  return out;
}

}  // namespace koinon
