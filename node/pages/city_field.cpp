#include "node/pages/city_field.h"

#include <algorithm>

#include "node/text/topic_names.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

// A domain, or what names a log among several of a domain (seoul.example~abcd).
bool is_domain(std::string_view word) {
  return word.find('.') != std::string_view::npos && word.find_first_of(" ()") == std::string_view::npos &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return c < 0x80; });
}

}  // namespace

std::vector<TypedCity> typed_cities(std::string_view text) {
  std::vector<TypedCity> out;
  for (const std::string& part : names_of_list(text)) {
    const auto open = part.rfind('(');
    if (open != std::string::npos && part.ends_with(')')) {
      const std::string inside = trimmed(part.substr(open + 1, part.size() - open - 2));
      if (is_domain(inside)) {
        out.push_back({part, ascii_lower(inside)});
        continue;
      }
    }
    const auto words = split(part, ' ');
    if (std::all_of(words.begin(), words.end(), is_domain)) {
      for (const std::string& word : words) out.push_back({word, ascii_lower(word)});
    } else {
      out.push_back({part, ""});
    }
  }
  return out;
}

}  // namespace koinon
