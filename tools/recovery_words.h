// The 24 recovery words, as a command reads them from paper and shows them for paper.
#pragma once

#include <string>

#include "crypto/ed25519.h"

namespace koinon {

// `file`: - for standard input. In locked memory. What is wrong with the words is one sentence
// (crypto/mnemonic.h).
Result<SigningKey> read_recovery_words(const std::string& file);
// Four lines of six, each word with its number.
std::string words_in_lines(const std::string& words);

}  // namespace koinon
