#include "proto/base/sentence.h"

#include <algorithm>

namespace koinon {
namespace {

std::string text_of(const MessageArgument& argument) {
  const auto* number = std::get_if<std::int64_t>(&argument);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(argument);
}

}  // namespace

std::string filled(std::string_view pattern, const MessageArguments& arguments) {
  std::string out;
  while (true) {
    const auto open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) return out;
    pattern.remove_prefix(open);
    const auto close = pattern.find('}');
    if (close == std::string_view::npos) return out += pattern;
    const std::string_view name = pattern.substr(1, close - 1);
    const auto found = std::find_if(arguments.begin(), arguments.end(),
                                    [&](const auto& argument) { return argument.first == name; });
    out += found == arguments.end() ? std::string(pattern.substr(0, close + 1)) : text_of(found->second);
    pattern.remove_prefix(close + 1);
  }
}

}  // namespace koinon
