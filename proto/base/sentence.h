// A sentence for people that a program may say in another language: an id that stays, the English words with
// named places, and what stands in these places.
//
// The English words stand where the sentence is said, so that whoever reads the code sees them. Translations
// are found by the id (node/pages/faults.json), never by the words. tests/catalogues checks that both name
// the same places. A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace koinon {

// Whole numbers decide plural forms where a message has some.
using MessageArgument = std::variant<std::int64_t, std::string>;
using MessageArguments = std::vector<std::pair<std::string, MessageArgument>>;

struct Sentence {
  std::string id;       // SUBJECT.WHAT; two sites with one id say the same
  std::string english;  // "a title has at most {most} bytes"
  MessageArguments arguments = {};
};

// The pattern with its places filled: {name} becomes the argument of that name, once, and as plain text (a
// number in digits). A place without an argument stays as it is.
std::string filled(std::string_view pattern, const MessageArguments& arguments);

}  // namespace koinon
