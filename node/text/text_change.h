// What somebody changed in a text, as the words that go and the words that come: small enough to read, and to
// be found again in a text that has changed elsewhere meanwhile.
//
// Pure functions; any thread. Their work is linear in the texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace koinon {

struct TextChange {
  std::string instead_of;  // whole lines, as they stand; empty: the text had none before
  std::string text;        // what stands there afterwards
  bool operator==(const TextChange&) const = default;
};

// The lines that differ, with as many lines around them as it takes that `instead_of` occurs once in `before`
// and neither is empty. Where `before` is empty, so is `instead_of`; where `after` is, `text` is empty.
// Nothing: the texts are the same.
std::optional<TextChange> change_between(std::string_view before, std::string_view after);

// The text with the change made. Nothing: the words that go do not stand there, or stand there twice; or it
// has words, and the change names none.
std::optional<std::string> with_change(std::string_view text, const TextChange& change);

}  // namespace koinon
