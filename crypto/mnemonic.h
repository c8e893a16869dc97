// A recovery key as 24 words of the English BIP-39 list. They stand for the 32 bytes of the Ed25519 seed.
#pragma once

#include <array>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

inline constexpr std::size_t kRecoveryWords = 24;

// Requires seed.size() == 32. Words are separated by single spaces.
std::string seed_to_words(BytesView seed);
// Reads them as people type them from paper: in upper or lower case, with any spaces, line ends, numbers and
// punctuation between them, each whole or from its first four letters on (by which BIP-39 tells its words
// apart). Refused, each with a sentence of its own (kInvalidArgument): another number of words, a word that
// is in no list, with the nearest that is, and words whose sum is wrong.
Result<Bytes> words_to_seed(std::string_view words);

}  // namespace koinon
