// Statements about a log's keys, and heads under them.
#include <algorithm>
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

// The history that the notes make, each ended by a zero byte. One that is refused changes nothing.
KeyHistory history_of(BytesView notes) {
  static const KeyHistory kFirst = example();
  KeyHistory history = kFirst;
  while (!notes.empty()) {
    const BytesView note = notes.substr(0, notes.find('\0'));
    notes.remove_prefix(std::min(notes.size(), note.size() + 1));
    const auto statement = parse_statement_text(note);
    if (statement.ok() && statement->text() != note) __builtin_trap();
    const std::size_t taken = history.changes().size() + (history.add(note).ok() ? 1 : 0);
    if (history.changes().size() != taken) __builtin_trap();
    (void)history.open_head(note);
  }
  return history;
}

KeyOrder turned(KeyOrder order) {
  if (order == KeyOrder::kFirstGoesOn) return KeyOrder::kSecondGoesOn;
  if (order == KeyOrder::kSecondGoesOn) return KeyOrder::kFirstGoesOn;
  return order;
}

}  // namespace

// Two histories, with an empty note between them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find(BytesView("\0\0", 2));
  const KeyHistory first = history_of(input.substr(0, end));
  const KeyHistory second = history_of(end == BytesView::npos ? BytesView() : input.substr(end + 2));
  const KeyOrder order = compare(first, second);
  if (compare(second, first) != turned(order)) __builtin_trap();
  if ((order == KeyOrder::kSame) != (first.notes() == second.notes())) __builtin_trap();
  return 0;
}
