// A recovery key as 24 words of the English BIP-39 list. They stand for the 32 bytes of the Ed25519 seed.
#pragma once

#include <array>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

inline constexpr std::size_t kRecoveryWords = 24;

// Requires seed.size() == 32. Words are separated by single spaces.
std::string seed_to_words(BytesView seed);
// Checks every word and the checksum.
Result<Bytes> words_to_seed(std::string_view words);

}  // namespace koinon
