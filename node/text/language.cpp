#include "node/text/language.h"

#include <algorithm>

#include <unicode/uloc.h>

#include "proto/base/limits.h"

namespace koinon {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_of_a_tag(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

std::string language_tag(std::string_view language) {
  const bool fits = !language.empty() && language.size() <= limits::kLanguageBytes &&
                    is_letter(language.front()) && language.back() != '-' &&
                    std::all_of(language.begin(), language.end(), is_of_a_tag);
  return fits ? std::string(language) : std::string();
}

std::string text_direction(std::string_view language) {
  const std::string tag = language_tag(language);
  if (tag.empty() || tag == "und" || tag == "mul" || tag == "zxx") return "auto";
  return uloc_isRightToLeft(tag.c_str()) ? "rtl" : "ltr";
}

std::string language_attributes(std::string_view language) {
  const std::string tag = language_tag(language);
  const std::string direction = "dir=\"" + text_direction(language) + "\"";
  return tag.empty() ? direction : "lang=\"" + tag + "\" " + direction;
}

}  // namespace koinon
