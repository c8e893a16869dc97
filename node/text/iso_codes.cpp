#include "node/text/iso_codes.h"

#include <unicode/locid.h>

#include "node/text/language.h"

namespace koinon {

std::string three_letter_language(std::string_view tag) {
  const std::string known = language_tag(tag);
  if (known.empty()) return {};
  return icu::Locale(known.substr(0, known.find('-')).c_str()).getISO3Language();
}

std::string three_letter_country(std::string_view code) {
  if (code.size() != 2) return {};
  return icu::Locale("", std::string(code).c_str()).getISO3Country();
}

}  // namespace koinon
