// A sentence for people that can be translated. It has an id that never changes, English words with named
// places, and the values for these places.
//
// The English words stand in the code where the sentence is made, so that a reader of the code sees them.
// Translations are found by the id (node/pages/faults.json), never by the words. tests/catalogues checks that
// both name the same places. A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace koinon {

// If a message has plural forms, a whole number chooses among them.
using MessageArgument = std::variant<std::int64_t, std::string>;
using MessageArguments = std::vector<std::pair<std::string, MessageArgument>>;

struct Sentence {
  std::string id;       // SUBJECT.WHAT; two sites with one id say the same
  std::string english;  // "a title has at most {most} bytes"
  MessageArguments arguments = {};
};

// Fills the places of the pattern: {name} becomes the argument of that name as plain text, a number in
// digits. What an argument brings is not filled again. A place without an argument stays as it is.
std::string filled(std::string_view pattern, const MessageArguments& arguments);

}  // namespace koinon
