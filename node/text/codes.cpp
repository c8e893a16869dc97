#include "node/text/codes.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include <unicode/locid.h>
#include <unicode/region.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include "proto/base/ascii.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

// The codes of one of ICU's lists, which ends with a null.
bool contains(const char* const* list, const std::string& code) {
  for (; *list != nullptr; ++list) {
    if (code == *list) return true;
  }
  return false;
}

// What people call it in English, in small letters.
std::string spoken(const icu::UnicodeString& name) {
  std::string out;
  name.toUTF8String(out);
  return ascii_lower(out);
}

std::optional<std::string> country_meant(const std::string& typed) {
  const std::string code = ascii_upper(typed);
  // In use, and of no country of the standard.
  if (code == "UK") return "GB";
  if (code == "EL") return "GR";
  const std::string name = ascii_lower(typed);
  for (const char* const* one = uloc_getISOCountries(); *one != nullptr; ++one) {
    const icu::Locale country("", *one);
    icu::UnicodeString called;
    if (code == country.getISO3Country() ||
        name == spoken(country.getDisplayCountry(icu::Locale::getEnglish(), called)))
      return *one;
  }
  return std::nullopt;
}

std::optional<std::string> language_meant(const std::string& typed) {
  const std::string name = ascii_lower(typed);
  for (const char* const* one = uloc_getISOLanguages(); *one != nullptr; ++one) {
    const icu::Locale language(*one);
    icu::UnicodeString called;
    if (name == spoken(language.getDisplayLanguage(icu::Locale::getEnglish(), called))) return *one;
  }
  return std::nullopt;
}

bool all_letters(const std::string& part) {
  return std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
}

// A script of ISO 15924, as Latn.
bool is_script(const std::string& part) {
  return u_getPropertyValueEnum(UCHAR_SCRIPT, part.c_str()) != UCHAR_INVALID_CODE;
}

// A part of the world with a number of UN M.49, as 419.
bool is_numbered_region(const std::string& part) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Region* region = icu::Region::getInstance(part.c_str(), error);
  return U_SUCCESS(error) && region != nullptr && region->getType() != URGN_UNKNOWN;
}

// Whether the script and the region of a tag are such. What stands behind them, and behind a single letter,
// is not looked up.
bool parts_exist(const std::vector<std::string>& parts) {
  for (std::size_t i = 1; i < parts.size() && parts[i].size() > 1; ++i) {
    const std::string& part = parts[i];
    if (part.size() == 4 && all_letters(part) && !is_script(part)) return false;
    if (part.size() == 2 && !(all_letters(part) && contains(uloc_getISOCountries(), ascii_upper(part))))
      return false;
    if (part.size() == 3 && !all_letters(part) && !is_numbered_region(part)) return false;
  }
  return true;
}

// Of en-latn-us: en, Latn, US; what follows stays in small letters.
std::string recommended_case(std::size_t position, std::string part) {
  part = ascii_lower(part);
  if (position > 0 && part.size() == 2) return ascii_upper(part);
  if (position > 0 && part.size() == 4 && std::isalpha(static_cast<unsigned char>(part[0])) != 0)
    part.replace(0, 1, ascii_upper(part.substr(0, 1)));
  return part;
}

}  // namespace

Result<std::string> country_code(std::string_view typed) {
  const std::string text = trimmed(typed);
  std::string code = ascii_upper(text);
  if (code.size() == 2 && contains(uloc_getISOCountries(), code)) return code;
  if (const auto meant = country_meant(text)) {
    return fail(Code::kInvalidArgument,
                Sentence{"country.meant",
                         "a country is two letters of ISO 3166: did you mean {code}?",
                         {{"code", *meant}}},
                "country");
  }
  return fail(Code::kInvalidArgument,
              Sentence{"country.form", "a country is two letters of ISO 3166, such as KR or KE"}, "country");
}

Result<std::string> language_code(std::string_view typed) {
  const std::string text = trimmed(typed);
  const Status formed = check_language(text);
  const std::vector<std::string> parts = split(text, '-');
  const std::string language = parts.empty() ? std::string() : ascii_lower(parts.front());
  if (!formed.ok() || !contains(uloc_getISOLanguages(), language) || !parts_exist(parts)) {
    if (const auto meant = language_meant(text)) {
      return fail(
          Code::kInvalidArgument,
          Sentence{"language.meant", "a language is a BCP 47 tag: did you mean {tag}?", {{"tag", *meant}}},
          "language");
    }
    if (!formed.ok()) return formed.error();
    return fail(Code::kInvalidArgument,
                Sentence{"language.unknown",
                         "no language has the tag {tag}; write it as en, ko or pt-BR",
                         {{"tag", text}}},
                "language");
  }
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : "-") + recommended_case(i, parts[i]);
  return out;
}

}  // namespace koinon
