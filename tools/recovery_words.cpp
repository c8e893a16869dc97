#include "tools/recovery_words.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <unistd.h>

#include "crypto/key_file.h"
#include "crypto/mnemonic.h"
#include "proto/base/limits.h"
#include "tools/input_file.h"

namespace koinon {

namespace {

// Past the streams: on a terminal more is asked after its end, which they would remember. And they would keep
// a copy of the words.
Result<Bytes> read_standard_input() {
  Bytes text(limits::kWordsBytes + 1, '\0');  // one more: too many are told as such
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t count = ::read(STDIN_FILENO, text.data() + have, text.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const std::string why = std::generic_category().message(errno);
      wipe(text);
      return fail(Code::kIo, "standard input cannot be read: " + why, "words");
    }
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  text.resize(have);
  return text;
}

}  // namespace

Result<SigningKey> read_recovery_words(const std::string& file) {
  Bytes text;
  if (file == "-") {
    KOINON_ASSIGN(text, read_standard_input());
  } else {
    auto read = read_secret_file(file, limits::kWordsBytes);
    if (!read.ok()) return input_error(read.error(), file, "the same command with - in place of its name,");
    text = std::move(*read);
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
