#include <algorithm>

#include "node/text/toml.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// The end of the string that begins here: '…' or "…", or either with three marks. If the string is not
// closed, it is the end of the text, and the parser will report it.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  const char mark = text[begin];
  const std::string three(3, mark);
  const bool lines = text.substr(begin).starts_with(three);
  std::size_t i = begin + (lines ? 3 : 1);
  while (i < text.size()) {
    if (mark == '"' && text[i] == '\\') {
      i += 2;
    } else if (lines && text.substr(i).starts_with(three)) {
      return i + 3;
    } else if (!lines && (text[i] == mark || text[i] == '\n')) {
      return i + 1;
    } else {
      ++i;
    }
  }
  return text.size();
}

}  // namespace

// The parser calls itself for each level, and so does the destructor of its tree. With too many levels they
// would overflow the stack.
Status check_toml(std::string_view text, std::string_view what) {
  if (text.size() > limits::kTomlBytes)
    return fail(Code::kTooLarge, "it has more than 1.1 MiB", std::string(what));
  std::size_t open = 0;  // brackets and braces
  std::size_t dots = 0;  // in the key or number that is being read
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = end_of_string(text, i);
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (c == '.') {
      ++dots;
    } else if (c == '=' || c == ',' || c == '\n' || c == '[' || c == ']' || c == '{' || c == '}') {
      dots = 0;
    }
    if (open > limits::kTomlDepth || dots > limits::kTomlDepth)
      return fail(Code::kInvalidArgument, "it has more than 16 levels within each other", std::string(what));
    ++i;
  }
  return {};
}

}  // namespace koinon
