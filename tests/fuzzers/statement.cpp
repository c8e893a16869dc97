// Statements about a log's keys, and heads under them.
#include <cstddef>
#include <cstdint>

#include "crypto/key_history.h"

using namespace koinon;

namespace {

Bytes seed_from(char first) {
  Bytes seed;
  for (int i = 0; i < 32; ++i) seed += static_cast<char>(first + i);
  return seed;
}

// Of the example in PROTOCOL.md, whose statements are in the corpus.
KeyHistory example() {
  return KeyHistory({"seoul.example", SigningKey::from_seed(seed_from('\x00')).public_key(),
                     SigningKey::from_seed(seed_from('\x20')).public_key()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeyHistory kFirst = example();
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto statement = parse_statement_text(input);
  if (statement.ok() && statement->text() != input) __builtin_trap();
  KeyHistory history = kFirst;
  const std::size_t taken = history.add(input).ok() ? 1 : 0;
  if (history.changes().size() != taken) __builtin_trap();
  (void)history.open_head(input);
  return 0;
}
