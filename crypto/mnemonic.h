// A recovery key as 24 words: BIP-39, English list. The 32 bytes are the Ed25519 seed itself.
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
